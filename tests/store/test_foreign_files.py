"""Shards of other experiments and files that are none, though the manifest lists them with their checksums."""

import random
import shutil
import warnings
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import simulator as sim
from tests.experiment.routes import content
from tests.store.folders import SHARD, list_again, refused, run

pytestmark = pytest.mark.usefixtures("stand_in_engine", "no_disk")


def test_a_shard_of_another_experiment_is_known_though_it_is_listed(folder, tmp_path):
    other = tmp_path / "other"
    run(seed=4, out=other)
    shutil.copy(other / "stand-in" / SHARD, folder / SHARD)
    list_again(folder, SHARD)
    told = "of another experiment: seed 4, now 3"
    refused(lambda: sim.read_result(folder), f"{folder / SHARD} ({told})", "run again with --resume")
    with pytest.raises(sim.OutputError, match=told):
        sim.merge([folder], tmp_path / "merged")
    before = run(out=tmp_path / "whole", shard_size=250)
    with pytest.warns(sim.ResultWarning, match=rf"1 damaged shard set aside.*\({told}\)"):
        assert run(out=folder.parent, resume=True).estimates == before.estimates
    assert content(folder) == content(tmp_path / "whole" / "stand-in")


def test_a_renamed_shard_is_known(folder, tmp_path):
    shutil.copy(folder / "shards" / "00000000-00000001.parquet", folder / SHARD)
    list_again(folder, SHARD)
    refused(lambda: sim.read_result(folder), "first 0, now 2; last 1, now 3")
    with pytest.warns(sim.ResultWarning, match="first 0, now 2"):
        run(out=folder.parent, resume=True)
    run(out=tmp_path / "whole")
    assert content(folder) == content(tmp_path / "whole" / "stand-in")


def garbled(path: Path, way: str) -> None:
    """Make a Parquet file none, or one of others, or one with a sound end only."""
    sound = path.read_bytes()
    if way == "none":
        path.write_bytes(b"\x1b[31mPAR1" * 40)
    elif way == "of others":
        pq.write_table(pa.table({"replication": pa.array([2, 3], pa.int32())}), path)
    else:
        path.write_bytes(sound[:4] + bytes(400) + sound[404:])


@pytest.mark.parametrize("way", ["none", "of others"])
def test_a_listed_shard_that_is_none_is_computed_again(folder, tmp_path, way):
    garbled(folder / SHARD, way)
    list_again(folder, SHARD)
    refused(lambda: sim.read_result(folder), f"{folder / SHARD} (no shard)")
    with pytest.warns(sim.ResultWarning, match="no shard"):
        run(out=folder.parent, resume=True)
    run(out=tmp_path / "whole")
    assert content(folder) == content(tmp_path / "whole" / "stand-in")


@pytest.mark.parametrize("way", ["none", "of others", "half"])
@pytest.mark.parametrize("name", ["replications.parquet", "weekly.parquet"])
def test_a_listed_table_that_can_not_be_read_gives_one_error(folder, way, name):
    garbled(folder / name, way)
    list_again(folder, name)
    refused(lambda: sim.read_result(folder).weekly, str(folder / name), "again with --resume")
    run(out=folder.parent, resume=True)
    sim.read_result(folder)


def test_a_listed_shard_with_a_sound_end_only_gives_one_error(folder):
    garbled(folder / SHARD, "half")
    list_again(folder, SHARD)
    told = f"cannot read {folder / SHARD}: "
    refused(lambda: sim.read_result(folder).save(folder.parent.parent / "saved"), told)
    refused(lambda: run(out=folder.parent, resume=True), told, "remove it, then run again with --resume")
    (folder / SHARD).unlink()
    with pytest.warns(sim.ResultWarning, match="missing"):
        assert run(out=folder.parent, resume=True).complete


def test_a_listed_shard_with_other_columns_gives_one_error(folder):
    path = folder / SHARD
    table = pq.read_table(path)
    renamed = table.rename_columns([of.replace("adoption", "adaption") for of in table.column_names])
    pq.write_table(renamed.replace_schema_metadata(table.schema.metadata), path)
    list_again(folder, SHARD)
    refused(lambda: run(out=folder.parent, resume=True), f"cannot read {path}: it has other columns than the shards")


def test_tables_of_fewer_replications_than_listed_are_told(folder, tmp_path):
    run(replications=10, out=tmp_path / "fewer")
    for name in ("replications", "weekly", "sites"):
        shutil.copy(tmp_path / "fewer" / "stand-in" / f"{name}.parquet", folder)
        list_again(folder, f"{name}.parquet")
    refused(lambda: sim.read_result(folder), "tables of 10 replications, and manifest.json says 12")


@pytest.mark.slow
def test_any_bytes_in_a_listed_file_give_a_result_or_one_error(folder, tmp_path):
    chance = random.Random(5)
    told, messages = set(), []
    for moment in range(120):
        copy = shutil.copytree(folder, tmp_path / str(moment) / "stand-in")
        name = chance.choice([SHARD, "replications.parquet", "weekly.parquet", "sites.parquet"])
        changed = bytearray((copy / name).read_bytes())
        for _ in range(chance.choice([1, 4, 30])):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        (copy / name).write_bytes(changed)
        list_again(copy, name)

        def read(copy=copy):
            result = sim.read_result(copy)
            return result.weekly, result.sites, list(result.records.blocks())

        for way in (read, partial(sim.merge, [copy], copy / "merged"), partial(run, out=copy.parent, resume=True)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", sim.ResultWarning)
                try:
                    way()
                except sim.OutputError as error:
                    told.add(str(error).partition(str(copy))[0])
                    messages.append(str(error).replace("\n- ", ""))
    assert all(of.isprintable() for of in messages)
    assert told >= {"cannot read ", "damaged: "}
