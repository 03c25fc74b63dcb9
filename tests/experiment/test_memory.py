"""Results stream to the disk: a hundred thousand replications take no more memory than a few thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPLICATIONS = 100_000
MOST_MEBIBYTES = 1024
CODE = """
import resource

import pytest

import simulator as sim
from tests.experiment import stand_in

with pytest.MonkeyPatch.context() as patch:
    stand_in.install(patch)
    result = sim.run(stand_in.SCENARIO, {replications}, jobs=1, out={out!r}, progress=False)
    result.summary()
print(result.replications_done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_a_hundred_thousand_replications_stay_under_a_gibibyte(tmp_path: Path, repository: Path) -> None:
    """On the stand-in engine; `python -m tests.benchmarks.storing` measures it on the compiled one."""
    code = CODE.format(replications=REPLICATIONS, out=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository)
    replications, mebibytes = map(int, done.stdout.split())
    print(f"{mebibytes} MiB")
    assert replications == REPLICATIONS
    assert mebibytes < MOST_MEBIBYTES
    assert sum(path.stat().st_size for path in (tmp_path / "stand-in").glob("*.parquet")) > 2**24
