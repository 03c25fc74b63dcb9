"""One type for each column, whatever the data: tables of several results can be read as one."""

import math
import subprocess
import sys
from secrets import randbelow
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import simulator as sim
from simulator import engine
from simulator.scenario.files.shipped import shipped_names
from simulator.scenario.measure import COUNT, TRUTH
from simulator.scenario.measures import REPLICATIONS
from simulator.store.blocks import _column, block_of, numbers_in, type_of
from tests.engine.generated import generated
from tests.experiment.small import SMALL

KINDS = {"string": str, "bool": bool, "int64": int, "double": float}
SITES = {"site": "string", "tickets_opened": "int64", "go_live_week": "double", "hand_carried_weeks": "double"}
GATED: dict[str, Any] = SMALL | {
    "rollout": SMALL["rollout"]
    | {"funding_gate": {"criteria": [{"measure": "accuracy", "at_least": 1.0}], "max_holds": 0}}
}


def misfits(replication: Any) -> list[str]:
    """Measures whose values are not of the declared type."""
    values = [(name, value) for name, value in replication.measures.items()]
    values += [(name, value) for name, column in replication.sites.items() for value in column]
    return [
        f"{name}: {type(value).__name__}"
        for name, value in values
        if value is not None and type(value) is not KINDS[str(type_of(name))]
    ]


def replicated(scenario: sim.Scenario, number: int) -> Any:
    return engine.get("compiled").Engine(engine.build(scenario)).replicate(replication=number, seed=1)


def test_every_measure_of_every_shipped_scenario_has_its_declared_type():
    names = [*shipped_names(), *shipped_names("theory")]
    assert len(names) > 30
    assert {name: found for name in names if (found := misfits(replicated(sim.load(name), 0)))} == {}


def test_every_measure_has_its_declared_type_and_counts_and_truths_are_measures():
    whole = {name for name, measure in REPLICATIONS.items() if measure.unit in (COUNT, TRUTH)}
    seen = set()
    for number in range(12):
        replication = replicated(generated(number), number)
        assert misfits(replication) == []
        seen |= {name for name, value in replication.measures.items() if value is not None}
        assert {name: str(type_of(name)) for name in SITES} == SITES
    assert {*whole, "outcome"} <= seen


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("outcome", ["é", None, "b", ""]),
        ("funded", [True, None, False] * 7),
        ("users_lost", [1, None, -3]),
        ("npv", [1.0, None, math.nan, 3.0]),
    ],
)
def test_columns_are_those_of_pyarrow_itself(name, values):
    """Made of their bytes, since `pa.array` would import pandas."""
    for column in (values, [None] * 3, [value for value in values if value is not None], values * 50, []):
        made = _column(name, column)
        made.validate(full=True)
        assert made.equals(pa.array(column, type_of(name), from_pandas=True))


@pytest.mark.parametrize(
    ("kind", "values"), [(pa.float64(), [1.5, None, -2.0, math.nan, None]), (pa.int32(), [3, 1, 2])]
)
def test_numbers_are_those_of_pyarrow_itself(kind, values):
    """Whatever part of a column is looked at, as replications are read from the middle of a file."""
    whole = pa.chunked_array([pa.array(values * 5, kind), pa.array([], kind), pa.array(values, kind)])
    for first in range(0, len(whole), 3):
        part = whole.slice(first, 9)
        assert np.array_equal(numbers_in(part), part.to_numpy(), equal_nan=kind == pa.float64())
    assert len(numbers_in(whole.slice(0, 0))) == 0


def test_a_null_is_no_whole_number():
    with pytest.raises(ValueError, match="whole numbers has nulls"):
        numbers_in(pa.chunked_array([pa.array([1, None], pa.int32())]))


def test_a_first_result_imports_neither_pandas_nor_the_compiler_of_linear_algebra():
    """Together they would take as long as the simulation; nor does one of replications that are there already."""
    code = (
        "import os, sys; import simulator as sim; from tests.experiment.small import SMALL; "
        f"os.environ['SCALEUP_RESULTS_CACHE_BYTES'] = '{2**30}'; told = []; "
        f"sim.run(SMALL, replications=3, seed={randbelow(2**40)}, jobs=2, progress=told.append); "
        "print(told[-1].recalled); "
        "sys.exit(' '.join({'pandas', 'scipy.linalg'} & set(sys.modules)))"
    )
    for there in (0, 3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.stdout.split(), done.stderr.split()) == ([str(there)], [])


def test_a_fraction_in_place_of_a_count_is_no_count():
    replication = replicated(sim.load(SMALL), 0)
    replication.measures["users_lost"] = 1.5
    with pytest.raises(TypeError, match="users_lost is double; it is declared as int64"):
        block_of(engine.build(sim.load(SMALL)).inputs, [0], [replication])


@pytest.mark.parametrize("table", ["replications", "weekly", "sites"])
def test_two_results_read_as_one_whichever_has_nulls(tmp_path, table):
    """All programmes of one are stopped at its gate, none of the other has a gate at all."""
    for name, scenario in (("gated", GATED), ("free", SMALL)):
        sim.run(scenario, replications=6, jobs=1, shard_size=2, out=tmp_path / name, progress=False)
    paths = [tmp_path / name / "small" / f"{table}.parquet" for name in ("gated", "free")]
    first, second = map(pq.read_table, paths)
    assert first.schema.equals(second.schema)
    if table == "replications":
        assert (first["stopped_at_gate"].null_count, second["stopped_at_gate"].null_count) == (0, 6)
        assert (first["weeks_to_scale"].null_count, str(first.schema.field("weeks_to_scale").type)) == (6, "double")
    rows = first.num_rows + second.num_rows
    assert pa.concat_tables([first, second]).num_rows == rows
    for order in (paths, paths[::-1]):
        assert pq.ParquetDataset(order).read().num_rows == rows
    shards = [pq.read_schema(path) for path in tmp_path.glob("*/small/shards/*.parquet")]
    assert len(shards) == 6
    assert all(of.equals(shards[0]) for of in shards)
