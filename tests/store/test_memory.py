"""Results stream to the disk: a hundred thousand replications take hardly more memory than a few thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FEW, MANY = 5_000, 100_000
MOST_MEBIBYTES = 1024
MOST_GROWTH = 128
"""In MiB, beyond what few replications take: less than half of what the week curves of `MANY` would take in memory."""
CODE = """
import pytest

import simulator as sim
from tests.experiment import stand_in
from tests.peak import peak_mebibytes

with pytest.MonkeyPatch.context() as patch:
    stand_in.install(patch)
    result = sim.run(stand_in.SCENARIO, {replications}, jobs=1, out={out!r}, progress=False)
    result.summary()
peak = peak_mebibytes()
curves = sum(column.nbytes for column in result.records.weekly.values()) / 2**20 if {measure_curves} else 0
print(result.replications_done, round(peak), round(curves))
"""


def measured(repository: Path, out: Path, replications: int, *, measure_curves: bool) -> tuple[int, int]:
    """Peak memory of a fresh process that stores `replications`, and the size of their week curves; both in MiB."""
    code = CODE.format(replications=replications, out=str(out), measure_curves=measure_curves)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository)
    count, peak, curves = map(int, done.stdout.split())
    assert count == replications
    return peak, curves


@pytest.mark.slow
def test_a_hundred_thousand_replications_stay_under_a_gibibyte(tmp_path: Path, repository: Path) -> None:
    """On the stand-in engine; `python -m tests.benchmarks.storing` measures it on the compiled one."""
    few, curves = measured(repository, tmp_path / "few", FEW, measure_curves=True)
    many, _ = measured(repository, tmp_path / "many", MANY, measure_curves=False)
    print(f"{few} MiB for {FEW:,} replications, {many} MiB for {MANY:,}")
    assert curves * MANY / FEW > 2 * MOST_GROWTH  # or the bound would be met by keeping everything
    assert many - few < MOST_GROWTH
    assert many < MOST_MEBIBYTES
