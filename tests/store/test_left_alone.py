"""Results of others, and whatever else lies in a folder, are left alone: refused with one clear error, or ignored."""

import os
import shutil
import warnings
from pathlib import Path

import pytest

import simulator as sim
from simulator.scenario import Member
from tests.experiment.routes import content, leftovers
from tests.store.folders import LOADED, SHARD, edit, everything, refused, run

pytestmark = pytest.mark.usefixtures("stand_in_engine", "no_disk")
OURS = ("manifest.json", "variance.json", "summary.json", "replications.parquet", "weekly.parquet", "sites.parquet")


# ---- results without a manifest, or that it doesn't list


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("left", ["shards", "weekly.parquet", "summary.json"])
def test_results_without_a_manifest_are_left_alone(folder, resume, left):
    for name in {*OURS, "shards"} - {left, "variance.json"}:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = everything(folder)
    refused(
        lambda: run(out=folder.parent, resume=resume),
        f"{folder} holds results that no manifest.json lists (", "put the manifest.json back that belongs to them",
    )  # fmt: skip
    assert everything(folder) == before


@pytest.mark.parametrize("resume", [True, False])
def test_more_shards_than_an_old_manifest_lists_are_left_alone(folder, resume):
    old = folder.parent.parent / "old"
    run(replications=6, out=old)
    shutil.copy(old / "stand-in" / "manifest.json", folder)
    before = everything(folder)
    refused(
        lambda: run(out=folder.parent, resume=resume),
        "that its manifest.json does not list (",
        "00000010-00000011.parquet",
    )
    assert everything(folder) == before


@pytest.mark.parametrize("place", ["missing", "empty", "half-written"])
def test_resume_begins_where_there_is_nothing_yet(folder, tmp_path, place):
    out = tmp_path / "new"
    if place != "missing":
        (out / "stand-in" / "shards").mkdir(parents=True)
    if place == "half-written":
        (out / "stand-in" / ".manifest.json.abcd_123").write_bytes(b"{")
        (out / "stand-in" / "shards" / ".00000000-00000001.parquet.abcdefgh").write_bytes(b"PAR1")
    run(out=out, resume=True)
    assert content(out / "stand-in") == content(folder)
    assert leftovers(out / "stand-in") == []


def test_one_shard_that_is_not_listed_is_removed_if_ours_and_set_aside_if_not(folder, tmp_path):
    edit(folder, lambda of: (of["shards"].pop("00000010-00000011.parquet"), of.update(replications=10)))
    unlisted = folder / "shards" / "00000010-00000011.parquet"
    sound = unlisted.read_bytes()
    run(out=folder.parent, resume=True)
    assert unlisted.read_bytes() == sound
    assert len(list((folder / "shards").iterdir())) == 6
    other = tmp_path / "other"
    run(seed=4, out=other)
    edit(folder, lambda of: (of["shards"].pop("00000010-00000011.parquet"), of.update(replications=10)))
    shutil.copy(other / "stand-in" / "shards" / unlisted.name, unlisted)
    foreign = unlisted.read_bytes()
    with pytest.warns(sim.ResultWarning, match="no shard of this experiment, and was set aside"):
        run(out=folder.parent, resume=True)
    assert (folder / "shards" / f"damaged-{unlisted.name}").read_bytes() == foreign
    assert unlisted.read_bytes() == sound


def test_files_without_names_of_ours_stay(folder):
    names = (
        "notes.txt", ".weekly.parquet.backup", ".weekly.parquet.ABCDEFGH", ".old.json.abcdefgh", "more.parquet",
        "shards/notes.txt", "shards/more.parquet", "shards/0-1.parquet", "shards/damaged-00000000-00000001.parquet",
        "shards/.00000000-00000001.parquet.bak", "shards/00000000-00000001.parquet.abcdefgh",
    )  # fmt: skip
    for name in names:
        (folder / name).write_text(name)
    link = folder / ".sites.parquet.abcdefgh"
    link.symlink_to(folder / "notes.txt")
    for resume in (True, False):
        run(out=folder.parent, resume=resume)
        assert [(folder / name).read_text() for name in names] == list(names)
        assert link.is_symlink()


def test_what_is_set_aside_twice_is_kept_twice(folder):
    for content_of in (b"first", b"second"):
        (folder / SHARD).write_bytes(content_of)
        with pytest.warns(sim.ResultWarning, match="1 damaged shard"):
            run(out=folder.parent, resume=True)
    name = Path(SHARD).name
    assert (folder / "shards" / f"damaged-{name}").read_bytes() == b"first"
    assert (folder / "shards" / f"damaged-2-{name}").read_bytes() == b"second"


# ---- links, folders and pipes in places of ours


def strange(kind: str, path: Path, elsewhere: Path) -> None:
    """Put something else into the place of a file or folder."""
    if path.exists():
        path.rename(elsewhere)
    if kind == "a link":
        path.symlink_to(elsewhere)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("kind", ["a link", "a folder", "a pipe"])
@pytest.mark.parametrize("name", [*OURS, SHARD, "shards/00000100-00000199.parquet"])
def test_strange_things_in_the_place_of_files(folder, tmp_path, kind, name):
    strange(kind, folder / name, tmp_path / "elsewhere")
    before = everything(tmp_path)
    for resume in (True, False):
        refused(lambda resume=resume: run(out=folder.parent, resume=resume), f"{folder / name} is {kind} where a file")
    refused(lambda: sim.merge([folder], folder.parent), "")
    if name in ("manifest.json", "weekly.parquet") and kind != "a link":
        refused(lambda: sim.read_result(folder), f"cannot read {folder / name}: ")
    assert everything(tmp_path) == before


def test_a_pipe_in_the_place_of_a_shard_is_not_waited_for(parts, tmp_path):
    shard = sorted((parts[0] / "shards").iterdir())[0]
    shard.unlink()
    os.mkfifo(shard)
    refused(lambda: sim.merge(parts, tmp_path / "merged"), f"cannot read {shard}: it is a pipe")
    refused(lambda: sim.read_result(parts[0]), f"cannot read {shard}: it is a pipe")


@pytest.mark.parametrize("kind", ["a link", "a pipe", "a file"])
@pytest.mark.parametrize("place", ["", "shards"])
def test_strange_things_in_the_place_of_folders(folder, tmp_path, kind, place):
    strange(kind, folder / place, tmp_path / "elsewhere")
    before = everything(tmp_path)
    for resume in (True, False):
        refused(lambda resume=resume: run(out=folder.parent, resume=resume), f"{folder / place} is {kind} where a fol")
    assert everything(tmp_path) == before


def test_shards_of_another_experiment_behind_a_link_stay(folder, tmp_path):
    """A run to a new folder whose `shards` leads to another result."""
    new = tmp_path / "new" / "stand-in"
    new.mkdir(parents=True)
    (new / "shards").symlink_to(folder / "shards")
    before = everything(folder)
    refused(lambda: run(seed=4, out=new.parent), "is a link where a folder")
    assert everything(folder) == before


def test_the_folder_that_is_given_may_be_a_link(folder, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    run(out=tmp_path / "link")
    assert content(tmp_path / "disk" / "stand-in") == content(folder)


@pytest.mark.parametrize("kind", ["a link", "a folder", "a pipe"])
@pytest.mark.parametrize("name", ["suite.json", "suite.csv"])
def test_strange_things_in_the_place_of_the_tables_of_a_suite_are_told_before_the_run(tmp_path, kind, name):
    suite = sim.Suite("one", "", "stand-in", (Member(LOADED),))
    strange(kind, tmp_path / name, tmp_path / "elsewhere")
    refused(lambda: sim.run_suite(suite, 2, out=tmp_path, progress=False), f"{tmp_path / name} is {kind} where a file")
    assert not (tmp_path / "stand-in").exists()


# ---- merging


@pytest.mark.parametrize("way", ["folder", "shards", "shard"])
def test_a_merge_never_writes_to_its_sources(parts, tmp_path, way):
    """Links in sources that lead to the folder that is written to."""
    target = tmp_path / "merged" / "stand-in"
    sim.merge(parts, target.parent)
    shard = sorted((target / "shards").iterdir())[0]
    if way == "folder":
        parts.append(tmp_path / "again")
        parts[-1].symlink_to(target)
    elif way == "shards":
        shutil.rmtree(parts[0] / "shards")
        (parts[0] / "shards").symlink_to(target / "shards")
    else:
        (parts[0] / "shards" / shard.name).unlink()
        (parts[0] / "shards" / shard.name).symlink_to(shard)
    before = everything(tmp_path)
    with pytest.raises(sim.OutputError):
        sim.merge(parts, target.parent)
    assert everything(tmp_path) == before


def interrupting(at):
    """Progress that is interrupted, as by Ctrl-C, when so many replications are there."""

    def report(progress):
        if progress.done == at:
            raise KeyboardInterrupt

    return report


def test_a_merge_can_be_repeated_and_replaces_no_run(parts, folder, tmp_path):
    for _ in range(2):
        sim.merge(parts, tmp_path / "merged")
        assert content(tmp_path / "merged" / "stand-in") == content(folder)
    stopped = tmp_path / "stopped"
    with pytest.raises(sim.Interrupted):
        run(out=stopped, shard_size=5, progress=interrupting(7))
    before = everything(stopped)
    told = "holds 7 of 12 replications of a run that did not end; go on with it by scaleup run --resume"
    refused(lambda: sim.merge(parts, stopped), told)
    assert everything(stopped) == before


@pytest.mark.parametrize("sources", [[], ["a\0b"], ["missing"]])
def test_merging_nothing_is_refused(tmp_path, sources):
    refused(lambda: sim.merge([tmp_path / of for of in sources], tmp_path / "merged"), "")


def test_many_missing_parts_are_told_shortly(parts, tmp_path):
    for part in parts:
        edit(part, lambda of: of.update(shard=of["shard"].replace("/2", "/9999999")))
        edit(part, lambda of: of.update(shards={}, replications=0))
    with pytest.raises(sim.OutputError, match=r"and 9,999,985 more shards are missing") as caught:
        sim.merge(parts, tmp_path / "merged")
    assert len(str(caught.value)) < 5000


# ---- folders


def test_the_parents_of_new_folders_are_synced(tmp_path, monkeypatch):
    synced = set()
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.add(os.fstat(handle).st_ino), sync(handle)))
    out = tmp_path / "a" / "b" / "out"
    run(out=out)
    for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b", out, out / "stand-in", out / "stand-in" / "shards"):
        assert folder.stat().st_ino in synced, folder


def test_a_result_is_saved_to_the_folder_that_it_was_read_from(folder):
    before = everything(folder)
    result = sim.read_result(folder)
    assert result.save(folder.parent) == folder
    assert everything(folder) == before
    assert len(result.weekly) == 12 * 60


def test_the_result_of_a_part_can_not_be_saved_as_a_whole(parts, tmp_path):
    refused(lambda: sim.read_result(parts[1]).save(tmp_path / "saved"), "a part can't be saved")
    assert not (tmp_path / "saved").exists()


def test_names_are_printed_without_control_characters(tmp_path):
    out = tmp_path / "red\x1b[31m\nline"
    run(out=out)
    (out / "stand-in" / "manifest.json").unlink()
    refused(lambda: run(out=out, resume=True), r"red\x1b[31m\nline/stand-in holds")
    with warnings.catch_warnings():
        refused(lambda: sim.read_result(out), r"red\x1b[31m\nline holds no result")
