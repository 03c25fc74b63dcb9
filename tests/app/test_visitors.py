"""What a visitor of a server gets to see: no traceback, no path, no Markdown of others; and what Streamlit ends."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

import simulator as sim
import simulator.scenario
from simulator.app.pages import simulate
from simulator.app.plain import escaped, plain
from simulator.experiment.workers import WorkersError
from simulator.results.account import ReplicationError
from simulator.store.files import OutputError, WriteError
from tests.experiment import stand_in
from tests.experiment.stand_in import SCENARIO

TOP = Path(__file__).resolve().parents[2]
SECRET = "/srv/secret-place/key.pem"
load_file = sim.load


def visit(monkeypatch: pytest.MonkeyPatch, scenario: dict[str, Any] = SCENARIO) -> AppTest:
    """The page, not yet run, with one shipped scenario."""
    monkeypatch.setattr(simulator.scenario, "shipped_names", lambda: ["stand-in"])
    monkeypatch.setattr(simulator.scenario, "load", lambda *_, **__: load_file(scenario))
    return AppTest.from_file(str(TOP / "app.py"), default_timeout=60)


def elements(block: Block) -> Iterator[Element]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield from elements(child)
        else:
            yield child


def sent(page: AppTest) -> str:
    """All that goes to the browser, as text."""
    return "\n".join(str(element.proto) for element in elements(page._tree))


FAILURES = [
    (RuntimeError(f"no {SECRET}"), "Something went wrong on the server."),
    (FileNotFoundError(2, "no such file", SECRET), "Something went wrong on the server."),
    (MemoryError(SECRET), "Something went wrong on the server."),
    (ValueError(SECRET), "Something went wrong on the server."),
    (ReplicationError(3, 1, f"OSError: {SECRET}"), "The replications of this scenario failed"),
    (WorkersError(f"a worker of {SECRET}"), "The simulation was stopped"),
    (OutputError(f"{SECRET} is there"), "The server can't store results"),
    (WriteError(28, f"{SECRET}: the disk is full"), "The server can't store results"),
]


@pytest.mark.parametrize(("error", "sentence"), FAILURES, ids=lambda of: type(of).__name__)
def test_a_failure_is_told_by_a_number_that_the_log_has(error, sentence, monkeypatch, caplog, stand_in_engine):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("simulator.experiment.run.run", fail)
    with caplog.at_level(logging.ERROR, "simulator.app"):
        page = visit(monkeypatch).run()
    assert not page.exception
    (told,) = (error.value for error in page.error)
    assert told.startswith(sentence)
    number = told.rstrip(".").split()[-1]
    (logged,) = (record for record in caplog.records if record.name == "simulator.app")
    assert number in logged.getMessage()
    assert SECRET in caplog.text
    assert "Traceback" in caplog.text
    for word in ("secret", "Traceback", "simulator/", str(TOP), type(error).__name__):
        assert word not in sent(page)


def test_a_failure_in_drawing_is_told_too(monkeypatch, stand_in_engine):
    def fail(*_):
        raise KeyError(SECRET)

    monkeypatch.setattr("simulator.app.cache.image", fail)
    page = visit(monkeypatch).run()
    assert page.metric[0].label == "Success probability"
    assert page.error[0].value.startswith("Something went wrong on the server.")
    assert "secret" not in sent(page)


def test_streamlit_itself_hides_what_escapes():
    page = AppTest.from_string(f"raise RuntimeError({SECRET!r})").run()
    assert page.exception[0].message.startswith("This app has encountered an error. The original error message is red")
    for word in ("secret", "RuntimeError", "stack_trace"):
        assert word not in sent(page)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("simulator.app.run_queue.BusyError:50 runs wait already", "50 runs wait already, and no more are taken now."),
        ("simulator.app.simulating.TooLongError:more than 16 minutes", "it took more than 16 minutes."),
    ],
)
def test_limits_are_told_in_words(error, words, monkeypatch, stand_in_engine):
    import pydoc

    name, text = error.split(":")

    def fail(*_, **__):
        raise pydoc.locate(name)(text)

    monkeypatch.setattr("simulator.experiment.run.run", fail)
    page = visit(monkeypatch).run()
    assert words in page.error[0].value.replace("\\", "")


def test_replications_beyond_the_widget_are_not_simulated(monkeypatch, stand_in_engine):
    page = visit(monkeypatch).run()
    page.number_input[0].set_value(1_000_000).run()  # which a browser would not send
    assert not page.exception
    assert " --replications 200 " in page.code[0].value


HOSTILE = "![x](http://192.0.2.1/p.png) <img src=http://192.0.2.1/q.png> :red[a] $x$ `c` **b** [l](http://192.0.2.1)"


def test_words_of_a_scenario_are_no_markdown(monkeypatch, stand_in_engine):
    first, *others = SCENARIO["levers"]
    levers = [{**first, "label": HOSTILE[:80]}, *others]
    page = visit(monkeypatch, {**SCENARIO, "description": f"# {HOSTILE}\n\n```\n{HOSTILE}", "levers": levers}).run()
    assert not page.exception
    assert [of.value for of in page.text] == [f"# {HOSTILE}\n\n```\n{HOSTILE}"]
    assert page.slider[0].label == escaped(HOSTILE[:80])
    for markdown in [*page.markdown, *page.caption, *page.info, *page.title]:
        assert "192.0.2.1" not in markdown.value


def test_problems_that_quote_a_scenario_are_no_markdown(monkeypatch, stand_in_engine):
    text = f"```\n{HOSTILE}"
    page = visit(monkeypatch, {**SCENARIO, "horizon_weeks": text}).run()
    assert not page.exception
    assert page.error[0].value == "The scenario can't be used."
    assert f"```\\n{HOSTILE[:30]}" in page.code[0].value  # as code, in which nothing is Markdown


def test_half_a_character_is_told_and_can_be_sent(monkeypatch, stand_in_engine):
    page = visit(monkeypatch, {**SCENARIO, "description": "\ud800"}).run()
    assert not page.exception
    assert "description: found text with U+D800, half a character" in page.code[0].value
    assert plain("a\ud800b") == "a?b"


def test_escaped_text_has_no_sign_that_markdown_knows():
    signs = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
    assert escaped(signs) == "".join(f"\\{sign}" for sign in signs)
    assert escaped("  a\n\n# b\tc é ") == "a \\# b c é"


class Interrupted:
    """A page whose session asks for something else, or goes, in the middle of its first run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, request: str) -> None:
        self.request, self.bars = request, 0
        self.done: list[int] = []
        genuine = simulate.throttled
        monkeypatch.setattr(simulate, "throttled", lambda report: genuine(self.asking(report), 0.0))
        counted = self.done

        class Counting(stand_in.Engine):
            def replicate(self, replication, seed, uniforms=None):
                counted.append(replication)
                return super().replicate(replication, seed, uniforms)

        stand_in.install(monkeypatch, Counting)

    def asking(self, report):
        def asked(progress):
            self.bars += 1
            if self.bars == 20:
                requests = get_script_run_ctx().script_requests
                if self.request == "rerun":
                    requests.request_rerun(RerunData(widget_states=None))
                else:
                    requests.request_stop()
            report(progress)

        return asked


@pytest.mark.parametrize("request_of", ["rerun", "stop"])
def test_a_run_that_nobody_wants_any_more_ends(request_of, monkeypatch):
    session = Interrupted(monkeypatch, request_of)
    page = visit(monkeypatch)
    monkeypatch.setattr(simulate, "REPLICATIONS", 2000)
    page.run()
    before = len(session.done)
    desk = simulate.shared_desk()
    assert desk.queue.running == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("replications")]
    assert not page.error
    if request_of == "rerun":  # the second attempt went to its end
        assert 2000 < before < 4000
        assert page.metric
    else:
        assert before < 2000
        assert desk.cache.nbytes == 0


def test_who_waits_can_be_called_off(monkeypatch, stand_in_engine):
    desk = simulate.shared_desk()
    monkeypatch.setattr(desk.queue, "places", 1)
    told: list[str] = []

    def leaving(standing):
        told.append(genuine(standing))
        if len(told) == 2:
            get_script_run_ctx().script_requests.request_stop()
        return told[-1]

    genuine = simulate.waiting
    monkeypatch.setattr(simulate, "waiting", leaving)
    with desk.queue.turn(lambda before: None):
        page = visit(monkeypatch).run()
        assert desk.queue._line != []
    assert told == ["Waiting for 1 other run on this server"] * 2
    assert desk.queue._line == []
    assert not page.metric
    assert not page.error
