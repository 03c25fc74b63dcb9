"""What a visitor is told when something fails: known failures in words, others by a number that the log has too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import streamlit as st

from simulator.app.plain import escaped, plain
from simulator.app.run_queue import BusyError
from simulator.app.simulating import TooLongError

log = logging.getLogger("simulator.app")


@contextmanager
def told() -> Iterator[None]:
    """Tell what fails inside, without a traceback, a path of the server or the text of an unknown error.

    Exceptions by which Streamlit ends a script pass.
    """
    from simulator.experiment.workers import WorkersError
    from simulator.results.account import ReplicationError
    from simulator.results.conditioning import ConditioningError
    from simulator.scenario import ScenarioError
    from simulator.store.files import OutputError, WriteError

    try:
        yield
    except ScenarioError as error:
        refuse("These settings can't be simulated.", str(error))
    except ConditioningError as error:
        st.error(f"These replications don't fit the pilot that was observed: {escaped(str(error))}.")
    except BusyError as error:
        st.error(f"{escaped(str(error))}, and no more are taken now. Try again in a few minutes.")
    except TooLongError as error:
        st.error(
            f"The simulation was stopped: it took {escaped(str(error))}. Ask for fewer replications, or run it "
            "on the command line."
        )
    except ReplicationError as error:
        number_it(error, "The replications of this scenario failed, so there is nothing to show.")
    except WorkersError as error:
        number_it(error, "The simulation was stopped, as the server lacks the means for it at the moment.")
    except (OutputError, WriteError) as error:
        number_it(error, "The server can't store results at the moment.")
    except Exception as error:
        number_it(error, "Something went wrong on the server.")


def refuse(sentence: str, problems: str) -> None:
    """Show problems of a scenario as they are, one a line."""
    st.error(sentence)
    st.code(plain(problems), language=None, wrap_lines=True)


def number_it(error: Exception, sentence: str) -> None:
    """Write an error to the server's log under a number, and tell the visitor that number."""
    number = token_hex(4)
    log.error("error %s in the app", number, exc_info=error)
    st.error(f"{sentence} Whoever runs this app finds the cause in its log under the number {number}.")
