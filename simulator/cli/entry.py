"""The commands of `scaleup`, and how failures become messages and exit codes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from simulator.cli.commands import app, keeping, merging, reporting, running, scenarios, tracing
from simulator.cli.commands.analyses import (
    attribute,
    compare,
    decide,
    gates,
    rescue,
    sensitivity,
    staffing,
    stress,
    timeline,
    variance,
    worth,
)
from simulator.cli.exit_codes import BAD, DONE, FAILED, INTERRUPTED, TOLD
from simulator.cli.output import CANNOT_WRITE, OutputLostError, complain, prepare, printing, reader_may_leave
from simulator.cli.signals import came_of_interruption

CommandLineError: type[Exception] = typer.BadParameter.__mro__[2]
"""What typer raises for a command line that it can't read: of a click of its own, or of that which is installed."""

command_line = typer.Typer(
    name="scaleup",
    help="Simulate how an AI pilot scales up to a whole organisation: how likely, by when, and what would stop it.",
    epilog="SCENARIO is the path of a YAML file or the name of a shipped scenario (see: scaleup list); SUITE likewise, "
    f"of several scenarios to compare. {TOLD}",
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


COMMANDS: dict[str, Callable[..., None]] = {
    "run": running.run,
    "compare": compare.compare,
    "decide": decide.decide,
    "attribute": attribute.attribute,
    "stress": stress.stress,
    "timeline": timeline.timeline,
    "gates": gates.gates,
    "staffing": staffing.staffing,
    "rescue": rescue.rescue,
    "sensitivity": sensitivity.sensitivity,
    "worth": worth.worth,
    "variance": variance.variance,
    "report": reporting.report,
    "merge": merging.merge,
    "validate": printing(scenarios.validate),
    "list": printing(scenarios.list_shipped),
    "show": printing(scenarios.show),
    "new": printing(scenarios.new),
    "schema": printing(scenarios.schema),
    "trace": printing(tracing.trace),
    "cache": keeping.cache,
    "app": app.app,
}
"""All commands, in the order of the help."""

for name, command in COMMANDS.items():
    command_line.command(name)(command)


@contextmanager
def telling_warnings() -> Iterator[None]:
    """Have warnings about scenarios and results printed without the place in the code, which helps no planner."""
    from simulator.scenario.text.problems import ScenarioWarning
    from simulator.store.shards import ResultWarning

    with warnings.catch_warnings():
        for category in (ScenarioWarning, ResultWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = lambda message, *_, **__: complain(message)
        yield


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit code."""
    if not prepare():
        complain(f"{CANNOT_WRITE}: it is closed")
        return FAILED
    code = _execute(None if arguments is None else list(arguments))
    try:
        with reader_may_leave():
            pass
    except OutputLostError as error:
        complain(error)
        return code or FAILED
    return code


def _execute(arguments: list[str] | None) -> int:
    try:
        with telling_warnings():
            code = command_line(args=arguments, prog_name="scaleup", standalone_mode=False)
    except CommandLineError as error:
        tell_usage(error)
        return BAD
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except OutputLostError as error:
        complain(error)
        return FAILED
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
    if code == INTERRUPTED:
        complain("Interrupted.")
    return code if isinstance(code, int) else DONE


def _code_of(error: Exception) -> int | None:
    """The exit code of an error, which is told; None for one that nobody has foreseen."""
    from simulator.experiment.executors import ExecutorError
    from simulator.results.account import ReplicationError
    from simulator.results.conditioning import ConditioningError
    from simulator.results.precision import PrecisionError
    from simulator.scenario import ScenarioError
    from simulator.store.files import OutputError

    if isinstance(error, ScenarioError | OutputError | ExecutorError | PrecisionError | ConditioningError):
        complain(error)
        return BAD
    if isinstance(error, ReplicationError):
        complain(
            f"{error}\nno replication succeeded; see what happens in this one with: scaleup trace SCENARIO "
            f"--replication {error.replication} --seed {error.seed}"
        )
        return FAILED
    if came_of_interruption(error):
        return INTERRUPTED
    if isinstance(error, OSError | RuntimeError):
        complain(f"failed: {error}")
        return FAILED
    return None


def tell_usage(error: Exception) -> None:
    """Print what is wrong with a command line; what it is made of may steer no terminal."""
    context, told = getattr(error, "ctx", None), getattr(error, "format_message", error.__str__)()
    if not told:  # no arguments at all: the help has been printed
        return
    if context is not None:
        complain(f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n")
    complain(f"Error: {told}")
