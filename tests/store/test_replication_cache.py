"""Replications that earlier runs have left: found by number, checked, bounded, and never another experiment's."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator.store import cache_folder, replication_cache
from simulator.store.blocks import block_of
from simulator.store.cache_folder import FOLDER, CacheFolder
from simulator.store.identity import Identity
from simulator.store.replication_cache import CELL, ReplicationCache, changed_since_import, key_of
from simulator.streams.cache import OURS, VARIABLE, Cache
from tests.experiment import stand_in

LOADED = sim.load(stand_in.SCENARIO)
INPUTS = ["ai.reference_accuracy"]
ENGINE = stand_in.make()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache, empty."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "user"))
    return tmp_path / "user" / OURS / FOLDER


def opened(folder: CacheFolder | None = None, *, fresh: bool = False, **other: Any) -> ReplicationCache:
    identity = Identity(**({"scenario": LOADED, "seed": 1, "engine": "compiled"} | other))
    return ReplicationCache(folder or CacheFolder(2**30), identity, INPUTS, fresh=fresh)


def filled(*ranges: range, folder: CacheFolder | None = None, fresh: bool = False) -> ReplicationCache:
    """The cache after runs of these replications, each taking as many seconds as its number."""
    for numbers in ranges:
        one = opened(folder, fresh=fresh)
        for number in numbers:
            one.put(number, ENGINE.replicate(number, 1), float(number))
        one.flush()
    return opened(folder)


def files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.arrow"))


def recalled(cache: ReplicationCache, numbers: range) -> list[int]:
    """The numbers that come back; each must be the replication that was put."""
    found: list[int] = []
    for chunk in cache.find([numbers]):
        there = cache.recall(chunk)
        assert there is not None
        assert [one.seconds for one in there] == [float(number) for number in chunk]
        simulated = [ENGINE.replicate(number, 1) for number in chunk]
        assert block_of(INPUTS, chunk, there).equals(block_of(INPUTS, chunk, simulated))
        found += chunk
    return found


def test_what_was_put_comes_back_as_it_was_and_a_longer_run_finds_it(place: Path) -> None:
    cache = filled(range(20), range(20, 130))
    assert [path.name for path in files(place)] == [
        "00000000-00000019.arrow", "00000020-00000049.arrow", "00000050-00000099.arrow", "00000100-00000129.arrow",
    ]  # fmt: skip
    assert recalled(cache, range(1000)) == [*range(130)]
    assert recalled(cache, range(7, 60)) == [*range(7, 60)]
    assert recalled(cache, range(130, 1000)) == []


def test_gaps_and_overlaps_are_of_no_matter() -> None:
    cache = filled(range(30), range(10, 45), range(60, 70), range(65, 66), range(200, 210))
    there = [*range(45), *range(60, 70), *range(200, 210)]
    assert recalled(cache, range(300)) == there
    chunks = cache.find([range(5, 20), range(40, 62), range(199, 205)])
    assert [number for chunk in chunks for number in chunk] == [*range(5, 20), *range(40, 45), 60, 61, *range(200, 205)]
    assert all(len(chunk) <= CELL for chunk in chunks)
    assert cache.recall(range(5)) is None  # not a chunk that was found


def test_nulls_texts_and_programmes_without_inputs_come_back() -> None:
    def one(number: int) -> Any:
        return SimpleNamespace(
            inputs=np.empty(0),
            measures={"outcome": None, "funded": True, "npv": -0.0 if number else None, "events": 2**40 + number},
            weekly={"adoption": np.array([np.nan, 5e-324, -0.0])},
            sites={"site": ["office"], "go_live_week": [None]},
            events=1,
        )

    identity = Identity(LOADED, 1, "compiled")
    cache = ReplicationCache(CacheFolder(2**30), identity, [])
    replications = [one(number) for number in range(3)]
    for number, replication in enumerate(replications):
        cache.put(number, replication, 0.5)
    cache.flush()
    (chunk,) = cache.find([range(3)])
    there = cache.recall(chunk)
    assert there is not None
    assert [of.events for of in there] == [2**40, 2**40 + 1, 2**40 + 2]
    assert np.signbit(there[1].measures["npv"])
    assert np.signbit(there[1].weekly["adoption"][2])
    assert block_of([], chunk, there).equals(block_of([], chunk, replications))
    assert ReplicationCache(CacheFolder(2**30), identity, ["other"]).find([range(3)])
    other = ReplicationCache(CacheFolder(2**30), identity, ["other"])
    assert [other.recall(chunk) for chunk in other.find([range(3)])] == [None]


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"engine": "reference"},
        {"design": "sobol"},
        {"scenario": LOADED.with_changes({"support.tiers.tier1.agents": 9})},
        {"callbacks": ("mine",)},
    ],
)
def test_another_experiment_finds_nothing(other: dict[str, Any]) -> None:
    filled(range(10))
    assert opened().find([range(10)]) == [range(10)]
    assert opened(**other).find([range(10)]) == []


def test_what_a_plan_tells_of_itself_is_none_of_it_and_everything_else_is() -> None:
    key = key_of(Identity(LOADED, 1, "compiled"))
    observed = {"accuracy": 0.9, "tasks": 50}
    for told in (
        {"name": "other", "description": "The same by another name."},
        {"sources": ["Author (2020), Title"]},
        {"levers": []},
        {"pilot.observed": observed},
    ):
        retold = LOADED.with_changes(told)
        assert retold.hash != LOADED.hash
        assert key_of(Identity(retold, 1, "compiled")) == key
    for path, value in (("pilot.measure_weeks", 3), ("success.sustained_weeks", 3), ("start_date", "2026-02-02")):
        assert key_of(Identity(LOADED.with_changes({path: value}), 1, "compiled")) != key
    changed = LOADED.with_changes({"ai.reference_accuracy": {"p10": 0.9, "p50": 0.95, "p90": 0.9800000001}})
    assert key_of(Identity(changed, 1, "compiled")) != key


@pytest.mark.parametrize("part", ["versions", "get_host_cpu_name", "libc_ver", "layout"])
def test_other_code_versions_or_machines_find_nothing(part: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    filled(range(10))
    replication_cache.computed_by.cache_clear()
    if part == "versions":
        monkeypatch.setattr(replication_cache, "versions", lambda: {"simulation code": "of tomorrow"})
    elif part == "get_host_cpu_name":
        monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "another")
    elif part == "libc_ver":
        monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "9.9"))
    else:
        source = tmp_path / "blocks.py"
        source.write_bytes(Path(replication_cache.blocks.__file__).read_bytes() + b"\n")
        monkeypatch.setattr(replication_cache, "blocks", SimpleNamespace(__file__=str(source)))
    try:
        assert opened().find([range(10)]) == []
    finally:
        replication_cache.computed_by.cache_clear()


def test_code_that_was_changed_after_it_was_read_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(replication_cache, "PACKAGE", tmp_path)
    for folder, now in (("report", False), ("model", True)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rule.py").write_text("")
        assert changed_since_import() is now
    monkeypatch.setattr(sim, "IMPORTED", sim.IMPORTED + 1e9)
    assert not changed_since_import()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def swap(path: Path) -> None:
    """Put the file of another experiment, or of other numbers, in its place."""
    other = path.with_name("00000050-00000099.arrow")
    shutil.copy(other, path)


def loosen(path: Path) -> None:
    path.chmod(0o666)


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def sound_but_no_table(path: Path) -> None:
    Cache.put(path.parent, path.name, b"no table")


def vanish(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [cut, flip, swap, loosen, link, empty, sound_but_no_table, vanish])
def test_a_file_that_is_not_as_it_was_written_is_not_used(harm: Any, place: Path) -> None:
    cache = filled(range(100))
    chunks = cache.find([range(100)])
    assert chunks == [range(50), range(50, 100)]
    harm(files(place)[0])
    assert cache.recall(chunks[0]) is None
    assert cache.recall(chunks[1]) is not None
    again = filled(range(50))  # simulated and written anew
    assert recalled(again, range(100)) == [*range(100)]


def test_a_folder_that_is_not_ours_alone_is_not_used(place: Path) -> None:
    filled(range(10))
    place.chmod(0o777)
    assert opened().find([range(10)]) == []
    filled(range(10, 20))
    place.chmod(0o700)
    assert opened().find([range(20)]) == [range(10)]


def test_fresh_reads_nothing_and_writes_all_the_same(place: Path) -> None:
    filled(range(10))
    assert opened(fresh=True).find([range(10)]) == []
    files(place)[0].write_bytes(b"damaged")
    filled(range(10), fresh=True)
    assert recalled(opened(), range(10)) == [*range(10)]


def test_nothing_is_read_or_written_when_it_is_switched_off(place: Path) -> None:
    filled(range(10))
    off = CacheFolder(0)
    assert opened(off).find([range(10)]) == []
    filled(range(50, 60), folder=off)
    assert len(files(place)) == 1


def test_what_was_not_used_for_the_longest_goes_first(place: Path) -> None:
    filled(range(500))
    sizes = {path.name: path.stat().st_size for path in files(place)}
    assert len(sizes) == 10
    for age, path in enumerate(files(place)):
        os.utime(path, (1e9 - age, 1e9 - age))  # the first ones have been used last
    cache = opened()
    cache.find([range(500)])
    cache.recall(range(450, 500))  # the oldest, used now
    most = sum(max(size, cache_folder.DISK_BLOCK) for size in sizes.values()) // 2
    filled(range(500, 550), folder=CacheFolder(most))
    left = [path.name for path in files(place)]
    assert "00000450-00000499.arrow" in left
    assert "00000000-00000049.arrow" in left
    assert "00000400-00000449.arrow" not in left
    assert "00000500-00000549.arrow" in left
    assert sum(path.stat().st_size for path in files(place)) < most


def test_it_stays_bounded_however_much_is_written(place: Path) -> None:
    most = 3 * 2**16
    folder = CacheFolder(most)
    for first in range(0, 1200, 100):
        filled(range(first, first + 100), folder=folder)
        taken = sum(path.stat().st_size for path in files(place))
        assert taken <= most * (1 + cache_folder.WRITTEN_BETWEEN_LOOKS) + 2**16
    assert len(files(place)) > 2
    assert sum(path.stat().st_size for path in files(place)) > most / 4


def test_it_takes_no_more_than_a_share_of_the_free_disk(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(range(500))
    taken = sum(max(path.stat().st_size, cache_folder.DISK_BLOCK) for path in files(place))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=taken))  # 2 * taken without it
    CacheFolder(2**30).trim()
    left = sum(path.stat().st_size for path in files(place))
    assert 0 < left <= 0.2 * taken


def test_a_full_disk_only_costs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def full(folder: Path, name: str, payload: bytes) -> None:
        tried.append(name)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Cache, "put", staticmethod(full))
    folder = CacheFolder(2**30)
    filled(range(200), folder=folder)
    assert len(tried) == 1  # and is not tried again
    assert files(place) == []


def test_other_files_in_the_folder_are_left_alone(place: Path) -> None:
    filled(range(10))
    (place / "mine").mkdir()
    (place / "mine" / "letter.txt").write_text("dear")
    (files(place)[0].parent / "note.txt").write_text("also in the way")
    assert recalled(opened(), range(10)) == [*range(10)]
    CacheFolder.clear()
    assert (place / "mine" / "letter.txt").read_text() == "dear"
    assert files(place) == []
    assert CacheFolder.look() == (place, [])


def test_many_can_write_read_and_clear_at_once() -> None:
    numbers = range(3 * CELL)

    def work(index: int) -> int:
        if index == 0:
            for _ in range(20):
                CacheFolder.clear()
            return 0
        found = 0
        for _ in range(5):
            filled(numbers)
            cache = opened()
            there = {chunk: cache.recall(chunk) for chunk in cache.find([numbers])}
            for chunk, replications in there.items():
                if replications is not None:
                    found += len(chunk)
                    assert [one.seconds for one in replications] == [float(number) for number in chunk]
        return found

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) > 0
    assert recalled(filled(numbers), numbers) == [*numbers]
