"""The commands of `scaleup`, and how failures become messages and exit codes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Annotated

import typer

from simulator.cli import app_command, merging, running, scenarios, tracing

DONE, FAILED, BAD = 0, 1, 2

command_line = typer.Typer(
    name="scaleup",
    help="Simulate how an AI pilot scales up to a whole organisation: how likely, by when, and what would stop it.",
    epilog="SCENARIO is the path of a YAML file or the name of a shipped scenario (see: scaleup list); SUITE likewise, "
    "of several scenarios to compare.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def tell_version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        import simulator

        print(f"scaleup-simulator {simulator.__version__}")
        raise typer.Exit


@command_line.callback()
def options_of_all(
    _: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=tell_version, is_eager=True)
    ] = False,
) -> None:
    """Options of `scaleup` itself; typer shows the help of `command_line` instead of this line."""


command_line.command("run")(running.run)
command_line.command("merge")(merging.merge)
command_line.command("validate")(scenarios.validate)
command_line.command("list")(scenarios.list_shipped)
command_line.command("show")(scenarios.show)
command_line.command("new")(scenarios.new)
command_line.command("schema")(scenarios.schema)
command_line.command("trace")(tracing.trace)
command_line.command("app")(app_command.app)


@contextmanager
def telling_warnings() -> Iterator[None]:
    """Have warnings about results printed without the place in the code, which helps no planner."""
    from simulator.experiment.shards import ResultWarning

    with warnings.catch_warnings():
        warnings.simplefilter("always", ResultWarning)
        warnings.showwarning = lambda message, *_, **__: print(message, file=sys.stderr)
        yield


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit code."""
    from simulator.experiment.conditioning import ConditioningError
    from simulator.experiment.executors import ExecutorError
    from simulator.experiment.files import OutputError
    from simulator.experiment.precision import PrecisionError
    from simulator.experiment.workers import ReplicationError
    from simulator.scenario import ScenarioError
    from simulator.scenario.characters import visible

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the letters gets question marks, no traceback
    try:
        with telling_warnings():
            command_line(args=None if arguments is None else list(arguments), prog_name="scaleup")
    except (ScenarioError, OutputError, ExecutorError, PrecisionError, ConditioningError) as error:
        print("\n".join(map(visible, str(error).split("\n"))), file=sys.stderr)
        return BAD
    except ReplicationError as error:
        print(
            f"{error}\nno replication succeeded; see what happens in this one with: scaleup trace SCENARIO "
            f"--replication {error.replication} --seed {error.seed}",
            file=sys.stderr,
        )
        return FAILED
    except (OSError, RuntimeError) as error:
        print(f"failed: {error}", file=sys.stderr)
        return FAILED
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else DONE
    return DONE
