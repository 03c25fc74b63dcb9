"""Parts computed apart and merged; what is missing, doubled or foreign is named and nothing is written."""

import re
import shutil
from functools import partial
from pathlib import Path

import pytest

import simulator as sim
from tests.experiment.routes import content
from tests.experiment.stand_in import SCENARIO, install

pytestmark = pytest.mark.usefixtures("stand_in_engine")
run = partial(sim.run, SCENARIO, replications=40, seed=3, progress=False)


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """Seven folders with a part each."""
    top = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        install(patch)
        for index in range(1, 8):
            run(out=top / f"part-{index}", shard=f"{index}/7", shard_size=index)
    return top


@pytest.fixture
def parts(computed, tmp_path):
    """The seven folders, to do with as a test likes."""
    return [shutil.copytree(folder, tmp_path / folder.name) for folder in sorted(computed.iterdir())]


def test_seven_parts_merge_to_the_bytes_of_one_run(parts, tmp_path):
    whole = run(out=tmp_path / "whole")
    (merged,) = sim.merge(reversed(parts), tmp_path / "merged")
    assert content(tmp_path / "merged" / "stand-in") == content(tmp_path / "whole" / "stand-in")
    assert merged.verdict() == whole.verdict()
    assert merged.wall_seconds > 0
    sim.run(SCENARIO, replications=50, seed=3, out=tmp_path / "merged", resume=True)
    sim.run(SCENARIO, replications=50, seed=3, out=tmp_path / "longer")
    assert content(tmp_path / "merged" / "stand-in") == content(tmp_path / "longer" / "stand-in")


def test_a_part_has_its_own_replications_and_can_be_resumed(parts):
    part = run(out=parts[2], shard="3/7", resume=True)
    assert part.records.numbers.tolist() == [11, 12, 13, 14, 15, 16]
    assert not part.interrupted
    with pytest.raises(sim.OutputError, match="40 replications, now 50"):
        sim.run(SCENARIO, replications=50, seed=3, out=parts[2], shard="3/7", resume=True)


def refused(sources, tmp_path, *messages):
    with pytest.raises(sim.OutputError) as caught:
        sim.merge(sources, tmp_path / "merged")
    for message in messages:
        assert message in str(caught.value)
    assert not (tmp_path / "merged").exists()


def test_missing_and_doubled_parts_are_named(parts, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(parts[1], again)
    refused(
        [*parts[:4], *parts[5:], again], tmp_path,
        "shard 5/7 of stand-in is missing (replications 22-27)",
        f"shard 2/7 is there more than once: {parts[1] / 'stand-in'}, {again / 'stand-in'}",
    )  # fmt: skip


def test_unfinished_and_damaged_parts_are_named(parts, tmp_path):
    def stop(progress):
        if progress.done == 2:
            raise KeyboardInterrupt

    shutil.rmtree(parts[3])
    run(out=parts[3], shard="4/7", jobs=1, progress=stop, on_interrupt="return")
    shard = next((parts[5] / "stand-in" / "shards").iterdir())
    shard.write_bytes(shard.read_bytes()[:-1])
    refused(
        parts, tmp_path,
        f"shard 4/7 in {parts[3] / 'stand-in'} is unfinished: replications 19-21 are missing; ",
        f"shard 6/7 is damaged: {shard} (wrong checksum); run it again with --resume",
    )  # fmt: skip
    run(out=parts[3], shard="4/7", resume=True)
    with pytest.warns(sim.ResultWarning, match="1 damaged shard"):
        run(out=parts[5], shard="6/7", resume=True)
    assert sim.merge(parts, tmp_path / "merged")[0].replications_done == 40


def test_a_shard_that_changes_while_it_is_copied_is_noticed(parts, tmp_path, monkeypatch):
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda of: read(of)[:-1] if of.suffix == ".parquet" else read(of))
    with pytest.raises(sim.OutputError, match=r"has changed while it was copied \(wrong checksum\)"):
        sim.merge(parts, tmp_path / "merged")
    assert not list((tmp_path / "merged" / "stand-in").glob("*.parquet"))


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"seed": 4}, "seed 4, now 3"),
        ({"replications": 41}, "replications 41 instead of 40"),
        ({"shard": "5/8"}, "number of shards 8 instead of 7"),
        ({"scenario": SCENARIO | {"horizon_weeks": 61}}, "the scenario: horizon_weeks 61, now 60"),
    ],
)
def test_parts_of_other_experiments_are_named(parts, tmp_path, options, difference):
    shutil.rmtree(parts[4])
    arguments = {"scenario": SCENARIO, "replications": 40, "seed": 3, "shard": "5/7"} | options
    sim.run(**arguments, out=parts[4], progress=False)
    refused(parts, tmp_path, f"{parts[4] / 'stand-in'} is of another experiment", difference)


def test_folders_without_results_are_refused(parts, tmp_path):
    (tmp_path / "empty").mkdir()
    refused([*parts, tmp_path / "empty"], tmp_path, f"{tmp_path / 'empty'} holds no result")
    with pytest.raises(sim.OutputError, match="holds no result"):
        sim.read_result(tmp_path / "empty")
    whole = tmp_path / "whole"
    run(out=whole)
    with pytest.raises(sim.OutputError, match=re.escape("is one of the folders to merge")):
        sim.merge([whole], whole)
