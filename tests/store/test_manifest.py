"""Whatever stands in a manifest, or lies in its place: one clear error that names the place, and nothing is touched."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simulator as sim
from simulator.experiment.merging import merge_all
from simulator.scenario import Member
from simulator.store import stored_json
from tests.experiment.stand_in import SCENARIO, install

pytestmark = pytest.mark.usefixtures("stand_in_engine")
DELETED = object()
WRONG: dict[str, Any] = {
    "null": None,
    "negative": -1,
    "fraction": 0.5,
    "huge": 10**400,
    "large": 1e300,
    "text": "\x1b[31m\n../../x",
    "long": "x" * 100_000,
    "list": [],
    "nested": [[[[{}]]]],
    "mapping": {},
    "true": True,
    "deleted": DELETED,
}
ALLOWED = {
    ("tables", "null"), ("tables", "deleted"),  # an unfinished result
    ("shard", "deleted"), ("callbacks", "deleted"), ("callbacks", "list"),
    ("wall_seconds", "fraction"), ("failed", "list"),
    ("failed.0.cause", "text"), ("failed.0.cause", "long"),
    ("versions.numpy", "null"), ("versions.numpy", "text"), ("versions.numpy", "deleted"),
    ("versions", "mapping"), ("failed.0", "deleted"), ("callbacks.0", "deleted"), ("callbacks.0", "text"),
}  # fmt: skip
"""What a field may well be; versions only make it a result of another machine."""


@pytest.fixture(scope="module")
def computed(tmp_path_factory) -> Path:
    """A suite of one scenario, with a failure noted."""
    out = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        install(patch)
        suite = sim.Suite("one", "", "stand-in", (Member(sim.load(SCENARIO)),), ("npv",))
        sim.run_suite(suite, 6, 3, jobs=1, out=out, shard_size=2, progress=False)
    return out


@pytest.fixture
def folder(computed) -> Iterator[Path]:
    """A result whose manifest comes back after the test."""
    folder = computed / "stand-in"
    before = (folder / "manifest.json").read_bytes()
    yield folder
    path = folder / "manifest.json"
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    path.write_bytes(before)


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest, with an entry in every list."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["failed"] = [{"replication": 5, "seed": 3, "cause": "ValueError: no"}]
    return manifest | {"shard": "1/1", "callbacks": ["steer"]}


def places(of: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value, without those within the scenario."""
    for key, value in of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ():
        yield (*path, key)
        if key not in ("scenario", "versions"):
            yield from places(value, (*path, key))


def put(of: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value in a place."""
    changed = copy.deepcopy(of)
    at = changed
    for key in path[:-1]:
        at = at[key]
    if value is DELETED:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return changed


def refusals(folder: Path) -> list[str]:
    """What reading, resuming and merging say; each must be refused."""
    told = []
    for call in (
        lambda: sim.read_result(folder),
        lambda: sim.run(SCENARIO, 6, seed=3, out=folder.parent, resume=True, jobs=1, progress=False),
        lambda: merge_all([folder], folder.parent.parent / "merged"),
    ):
        with pytest.raises(sim.OutputError) as caught:
            call()
        told.append(str(caught.value))
    assert not (folder.parent.parent / "merged").exists()
    return told


def test_a_field_of_any_other_type_is_named(folder):
    """Read by `read_result`, which every other way begins with too."""
    path = folder / "manifest.json"
    manifest = manifest_of(folder)
    every = [*places(manifest), ("versions", "numpy")]
    assert {"shards", "failed", "tables", "seed"} <= {str(of[0]) for of in every}
    tried = 0
    for place in every:
        field = ".".join(map(str, place))
        for name, value in WRONG.items():
            if (field, name) in ALLOWED:
                continue
            path.write_text(json.dumps(put(manifest, place, value)))
            with pytest.raises(sim.OutputError) as caught:
                sim.read_result(folder)
            told = str(caught.value)
            assert told.startswith(f"{path} "), (field, name, told)
            assert told.isprintable()
            assert len(told) < 1500
            assert str(place[0]) in told or name == "deleted", (field, name, told)
            tried += 1
    assert tried > 300


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_field_is_refused_by_every_way_in(folder, name):
    (folder / "manifest.json").write_text(json.dumps(put(manifest_of(folder), ("shards",), WRONG[name])))
    for told in refusals(folder):
        assert "manifest.json can't be used: " in told
        assert "put the file back as it was written, or choose another folder" in told


def test_the_message_says_what_was_found_and_what_is_allowed(folder):
    manifest = manifest_of(folder)
    path = folder / "manifest.json"
    shard = "00000002-00000003.parquet"
    for place, value, message in (
        (("seed",), "3", "seed is '3'; it should be a valid integer"),
        (("seed",), -1, "seed is -1; it should be greater than or equal to 0"),
        (("engine",), "fast", "engine is 'fast'; it should be 'compiled' or 'reference'"),
        (("jobs",), DELETED, "jobs is missing"),
        (("shard",), "3/2", "shard is '3/2'; it must be i/N with i from 1 to N, such as 2/7"),
        (("more",), 1, "more is unknown"),
        (("failed",), {}, "failed is a mapping of 0; it should be a valid list"),
        (("shards", shard, "sha256"), "\n", f"shards.{shard}.sha256 is '\\n'; it should match pattern"),
        (("shards", shard, "first"), 4, f"the shard '{shard}' holds 4 to 3: 00000004-00000003.parquet"),
        (("replications",), 7, "replications is 7, and the shards hold another number"),
        (("failed", 0, "replication"), 6, "failed names another replication than 0 to 5"),
        (("replications_requested",), 4, "shard 00000004-00000005.parquet overlaps another, or is not of replications"),
        (("scenario", "horizon_weeks"), "x", "its scenario is none (horizon_weeks: found text"),
        (("scenario", "horizon_weeks"), 61, "name and scenario_hash are not those of its scenario"),
        (("name",), "other", "name and scenario_hash are not those of its scenario"),
        (("name",), "../x", "name is '../x'; it should match pattern"),
    ):
        path.write_text(json.dumps(put(manifest, place, value)))
        with pytest.raises(sim.OutputError) as caught:
            sim.read_result(folder)
        assert f"{path} can't be used: " in str(caught.value)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..", "", "a\0b", "x/../y", "0-1.parquet", "00000000-00000001.parquet\n"]
)
def test_names_of_shards_are_names_and_no_paths(folder, name):
    manifest = manifest_of(folder)
    manifest["shards"][name] = manifest["shards"].pop("00000000-00000001.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for told in refusals(folder):
        assert "the shard " in told


@pytest.mark.parametrize("format_", [1, 2, 4, 10**400])
def test_other_formats_are_told_to_be_computed_again(folder, format_):
    (folder / "manifest.json").write_text(json.dumps({"format": format_}))
    for told in refusals(folder):
        assert "reads 3 only: compute the result again in another folder" in told


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"{", b"[" * 100_000, b'{"a":' * 100_000, b'{"format": 3, "name": "\xff"}', b"\xff\xfe{",
        b'{"format": NaN}', b'{"format": 1e999}', b'{"format": "\\ud800"}', b'{"format": ' + b"9" * 5000 + b"}",
        b"\0" * 99, b'{"format": 3, "format": 3}',
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    for told in refusals(folder):
        assert str(folder / "manifest.json") in told


def test_an_endless_manifest_is_not_read(folder, monkeypatch):
    """A link to a device, a file of a gigabyte, and one that grows; a pipe would wait for ever."""
    path = folder / "manifest.json"
    before = path.read_bytes()
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "it is a device" in refusals(folder)[0]
    path.unlink()
    with path.open("wb") as file:
        file.truncate(2**30)
    assert "has more than 134,217,728 bytes" in refusals(folder)[0]
    path.unlink()
    os.mkfifo(path)
    assert "it is a pipe" in refusals(folder)[0]
    path.unlink()
    path.mkdir()
    refusals(folder)
    path.rmdir()
    path.write_bytes(before)
    monkeypatch.setattr(stored_json, "LONGEST_MANIFEST", len(before) - 1)
    assert "has more than" in refusals(folder)[0]


def test_callbacks_that_are_taken_out_are_noticed(folder):
    """Shards know that functions took part."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"callbacks": ["steer"]}))
    assert "of another experiment: callbacks None, now ['steer']" in refusals(folder)[0]


@pytest.mark.parametrize("key", ["suite", "description", "baseline", "measures", "members", "members.stand-in", None])
def test_a_suite_json_of_another_form_gives_one_error(computed, key):
    path = computed / "suite.json"
    before = path.read_bytes()
    suite = sim.Suite("one", "", "stand-in", (Member(sim.load(SCENARIO)),))
    content = json.loads(before)
    try:
        for name, value in WRONG.items():
            if (key, name) in {("measures", "list"), ("description", "text"), ("description", "long")} | {
                ("members.stand-in", "mapping")
            }:
                continue
            wrong = content if key is None else put(content, tuple(key.split(".", 1)), value)
            path.write_text(json.dumps(wrong) if key else f"[{json.dumps(wrong)}]")
            for call in (
                lambda: sim.run_suite(suite, 6, 3, jobs=1, out=computed, resume=True, progress=False),
                lambda: merge_all([computed], computed.parent / "merged"),
            ):
                with pytest.raises(sim.OutputError) as caught:
                    call()
                told = str(caught.value)
                assert told.startswith(f"{path} can't be used: "), (name, told)
                assert told.isprintable()
    finally:
        path.write_bytes(before)
