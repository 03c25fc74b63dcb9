"""The files of a result: manifest, final tables, summary. Each is complete or absent; equal results, equal bytes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.experiment.result import Result
    from simulator.scenario import Scenario

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
TABLES = ("replications", "weekly", "sites")
VERSIONS = ("scaleup-simulator", "numpy", "numba", "llvmlite", "scipy", "simpy", "pyarrow", "pydantic")


class OutputError(ValueError):
    """A folder for results that can't be used; the message says why and what to do."""


def prepare_folder(
    out: str | os.PathLike[str],
    scenario: Scenario,
    seed: int,
    replications: int,
    callbacks: Sequence[str] = (),
    design: str = "random",
) -> Path:
    """Make `out/<scenario>/` and see that it can be written.

    Raises `OutputError` when it can't, or when it holds a result that this one would not merely repeat or extend.
    """
    folder = Path(out) / scenario.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"cannot write results to {folder}: {reason}") from error
    _refuse_other_result(folder, scenario, seed, replications, callbacks, design)
    return folder


def refuse_callbacks(manifest: Mapping[str, Any], what: str) -> None:
    """Raises `OutputError` when Python functions took part in a result, so that `what` (a verb) can't be done to it."""
    names = manifest.get("callbacks", ())
    if names:
        raise OutputError(
            f"can't {what} this result: the Python functions {', '.join(names)} took part in it, "
            "and no manifest can hold those; run it again in Python"
        )


def write_result(result: Result, folder: Path) -> None:
    """Write the tables, the summary and last the manifest; files of an earlier result are replaced one by one."""
    records = result.records
    tables = {
        "replications": records.replications_table(),
        "weekly": records.weekly_table(),
        "sites": records.sites_table(),
    }
    checksums = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        _replace(path, _parquet(table))
        checksums[path.name] = {
            "rows": table.num_rows,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
    _replace(folder / SUMMARY, json_bytes(result.as_dict()))
    _replace(folder / MANIFEST, json_bytes(manifest(result) | {"tables": checksums}))


def manifest(result: Result) -> dict[str, Any]:
    """What is needed to compute the result again: scenario as resolved, hash, seed, engine, versions."""
    return {
        "format": 1,
        "name": result.scenario.name,
        "scenario_hash": result.scenario.hash,
        "seed": result.seed,
        "design": result.design,
        "engine": result.engine,
        "replications": result.replications_done,
        "replications_requested": result.requested,
        "versions": {name: _version(name) for name in VERSIONS}
        | {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()},
        "scenario": result.scenario.resolved(),
    } | ({"callbacks": list(result.callbacks)} if result.callbacks else {})


def write_json(path: Path, content: Any) -> None:
    """Put `content` at `path` as JSON, as a whole."""
    _replace(path, json_bytes(content))


def json_bytes(content: Any) -> bytes:
    """`content` as JSON text; NaN and infinities raise `ValueError`."""
    return (json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _refuse_other_result(
    folder: Path, scenario: Scenario, seed: int, replications: int, callbacks: Sequence[str], design: str
) -> None:
    path = folder / MANIFEST
    if not path.exists():
        return
    try:
        before = json.loads(path.read_bytes())
        differences = [
            f"{what} {old}, now {new}"
            for what, old, new in (
                ("scenario hash", before["scenario_hash"][:12], scenario.hash[:12]),
                ("seed", before["seed"], seed),
                ("design", before["design"], design),
            )
            if old != new
        ]
        names = ", ".join(before.get("callbacks", ())), ", ".join(callbacks)
        if any(names):
            differences.append(f"Python functions {names[0] or 'none'}, now {names[1] or 'none'}")
        if before["replications"] > replications:
            differences.append(f"{before['replications']} replications, now {replications}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{path} is not a manifest that can be read; choose another folder") from error
    if differences:
        raise OutputError(
            f"{folder} holds another result ({'; '.join(differences)}); choose another folder or delete that one"
        )


def _parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", version="2.6")
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _replace(path: Path, content: bytes) -> None:
    """Put `content` at `path` as a whole: written beside it, then renamed."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
