"""Tests, benchmarks and studies simulate what they look at: nothing comes from an earlier run."""

import os

os.environ["SCALEUP_RESULTS_CACHE_BYTES"] = "0"
