"""`python -m tests.validation`: simulates every row and writes `docs/validation.md`."""

from __future__ import annotations

from tests.validation.page import DOCS
from tests.validation.report import written

if __name__ == "__main__":
    (DOCS / "validation.md").write_text(written())
