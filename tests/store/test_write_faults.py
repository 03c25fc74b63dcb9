"""Every single call by which files are written fails once, or from then on: one clear error, and nothing is lost."""

import errno
import io
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.experiment import batch
from simulator.experiment.merging import merge_all
from simulator.scenario import Member
from tests.experiment.routes import content, leftovers
from tests.store import folders
from tests.store.folders import LOADED

pytestmark = pytest.mark.usefixtures("stand_in_engine", "no_disk")
CALLS = (
    (os, "open"), (os, "mkdir"), (os, "fsync"), (os, "replace"), (os, "unlink"), (os, "chmod"), (os, "fdopen"),
    (tempfile, "mkstemp"), (io, "open"),
)  # fmt: skip
ONCE, FROM_THEN_ON = (errno.EIO, False), (errno.ENOSPC, True)
run = partial(folders.run, replications=6)
LEAST_CALLS = 50
"""A run, a resume and a merge have more of them."""


class Faults:
    """Counts calls and fails in number `at`, and in all after it if `lasting`."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, number: int, *, lasting: bool) -> None:
        self.calls = 0
        self.at = at
        self.number = number
        self.lasting = lasting
        for place, name in CALLS:
            patch.setattr(place, name, partial(self._called, name, getattr(place, name)))

    def pass_or_fail(self) -> None:
        self.calls += 1
        if self.calls == self.at or (self.lasting and self.calls > self.at):
            raise OSError(self.number, os.strerror(self.number))

    def _called(self, name: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self.pass_or_fail()
        given = function(*arguments, **named)
        return io.BufferedWriter(Fragile(self, given.detach())) if name == "fdopen" else given


class Fragile(io.RawIOBase):
    """A file whose writing may fail, under its buffer."""

    def __init__(self, faults: Faults, raw: io.RawIOBase) -> None:
        self._faults = faults
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int | None:
        self._faults.pass_or_fail()
        return self._raw.write(content)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


def each_fault(
    operation: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    fault: tuple[int, bool],
    out: Path,
    prepare: Callable[[Path], None] = lambda _: None,
) -> Iterator[tuple[Path, bool]]:
    """Have the operation fail in its first, second, ... call, until it runs through.

    Yields the folder of each, and whether an error was told.
    """
    number, lasting = fault
    for moment in count(1):
        place = out / str(moment)
        prepare(place)
        told = None
        with monkeypatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore", sim.ResultWarning)
            faults = Faults(patch, moment, number, lasting=lasting)
            try:
                operation(out=place)
            except (sim.WriteError, sim.OutputError) as error:
                told = str(error)
        if faults.calls < moment:
            assert told is None
            assert moment > LEAST_CALLS
            return
        if told is not None:
            assert os.strerror(number) in told
            assert "\n" not in told
            assert told.startswith(("cannot write ", "cannot read "))
        yield place, told is not None


def listed(folder: Path) -> dict[str, bytes]:
    """The shards that the manifest lists; all of them must be there."""
    path = folder / "manifest.json"
    names = json.loads(path.read_bytes())["shards"] if path.exists() else {}
    return {name: (folder / "shards" / name).read_bytes() for name in names}


def everything(*folders: Path) -> dict[Path, bytes]:
    """All files in these folders."""
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def whole(tmp_path):
    """Six replications, computed at once."""
    run(out=tmp_path / "whole")
    return content(tmp_path / "whole" / "stand-in")


@pytest.mark.slow
@pytest.mark.parametrize("fault", [ONCE, FROM_THEN_ON])
def test_a_fault_in_any_call_of_a_run(whole, tmp_path, monkeypatch, fault):
    kept = []
    for out, told in each_fault(run, monkeypatch, fault, tmp_path / "faults"):
        shards = listed(out / "stand-in")
        kept += [len(shards)] if told else []  # a probe has other ways
        run(out=out, resume=True)
        assert content(out / "stand-in") == whole
        assert leftovers(out / "stand-in") == []
        assert shards.items() <= listed(out / "stand-in").items()
    assert kept == sorted(kept)
    assert {*kept} == {0, 1, 2, 3}


@pytest.mark.slow
@pytest.mark.parametrize("fault", [ONCE, FROM_THEN_ON])
def test_a_fault_in_any_call_of_a_resume(whole, tmp_path, monkeypatch, fault):
    """One shard is damaged, one was not listed any more, and a file is half written."""
    before = tmp_path / "before" / "stand-in"
    run(replications=4, shard_size=1, out=before.parent)
    damaged = before / "shards" / "00000001-00000001.parquet"
    damaged.write_bytes(b"damaged")
    (before / ".weekly.parquet.abcd1234").write_bytes(b"half")
    run(out=tmp_path / "longer", shard_size=1)
    shutil.copy(tmp_path / "longer" / "stand-in" / "shards" / "00000004-00000004.parquet", before / "shards")
    kept = {name: bytes_of for name, bytes_of in listed(before).items() if name != damaged.name}
    assert len(kept) == 3

    def copied(out: Path) -> None:
        shutil.copytree(before, out / "stand-in")

    for out, _ in each_fault(partial(run, resume=True), monkeypatch, fault, tmp_path / "faults", copied):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sim.ResultWarning)
            run(out=out, resume=True)
        assert content(out / "stand-in") == whole
        assert leftovers(out / "stand-in") == []
        assert kept.items() <= listed(out / "stand-in").items()
        assert (out / "stand-in" / "shards" / f"damaged-{damaged.name}").read_bytes() == b"damaged"


@pytest.mark.slow
def test_a_fault_in_any_call_of_a_run_over_a_complete_result(whole, tmp_path, monkeypatch):
    def copied(out: Path) -> None:
        shutil.copytree(tmp_path / "whole", out)

    for out, _ in each_fault(run, monkeypatch, ONCE, tmp_path / "faults", copied):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sim.ResultWarning)
            run(out=out, resume=True)
        assert content(out / "stand-in") == whole
        assert len(everything(out)) == len(everything(tmp_path / "whole"))


@pytest.mark.slow
@pytest.mark.parametrize("fault", [ONCE, FROM_THEN_ON])
def test_a_fault_in_any_call_of_a_merge(tmp_path, monkeypatch, fault):
    """Of a suite, so that its files are among those written."""
    suite = sim.Suite("one", "", "stand-in", (Member(LOADED),))
    parts = [tmp_path / f"part-{index}" for index in (1, 2)]
    for index, part in enumerate(parts, start=1):
        sim.run_suite(suite, 4, 3, jobs=1, out=part, shard=f"{index}/2", progress=False)
    before = everything(*parts)
    merge_all(parts, tmp_path / "whole")
    whole = content(tmp_path / "whole" / "stand-in"), everything(tmp_path / "whole").keys()
    tables = [(tmp_path / "whole" / name).read_bytes() for name in ("suite.json", "suite.csv")]
    for out, _ in each_fault(partial(merge_all, parts), monkeypatch, fault, tmp_path / "faults"):
        shards = listed(out / "stand-in")
        assert merge_all(parts, out).suite.complete
        assert content(out / "stand-in") == whole[0]
        assert len(everything(out)) == len(whole[1])
        assert [(out / name).read_bytes() for name in ("suite.json", "suite.csv")] == tables
        assert shards.items() <= listed(out / "stand-in").items()
    assert everything(*parts) == before


@pytest.mark.parametrize(
    ("way", "advice"),
    [
        ("run", "what was finished before is kept: mend the cause (is the disk full?), then go on with --resume"),
        ("steered", "mend the cause (is the disk full?), then run it again in another folder"),
        ("spilled", "give an output folder with more room (--out, out=... in Python), or set TMPDIR to one"),
        ("merge", "parts are left as they are: mend the cause (is the disk full?), then merge again"),
        ("save", "mend the cause (is the disk full?), then save again"),
    ],
)
def test_the_error_says_what_to_do_that_can_be_done(tmp_path, monkeypatch, way, advice):
    result = run()
    run(out=tmp_path / "part", shard="1/1")
    ways = {
        "run": partial(run, out=tmp_path / "out"),
        "steered": partial(run, out=tmp_path / "out", analyzers=[lambda _: None]),
        "spilled": run,
        "merge": partial(sim.merge, [tmp_path / "part"], tmp_path / "out"),
        "save": partial(result.save, tmp_path / "out"),
    }

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(batch, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(Path, "chmod", lambda path, _: full(path))
    with pytest.raises(sim.WriteError) as caught:
        ways[way]()
    assert str(caught.value).startswith("cannot write ")
    assert str(caught.value).endswith(f"manifest.json: No space left on device; {advice}")
