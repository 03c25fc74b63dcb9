"""`scaleup worth`: what it prints, writes and refuses."""

from __future__ import annotations

import json

import pytest

from simulator.cli.exit_codes import BAD, DONE

REPLICATIONS = ("--replications", 60)


def test_it_prints_writes_and_takes_what_is_there(scaleup, small, tmp_path):
    out = tmp_path / "out"
    code, told, err = scaleup("worth", small, *REPLICATIONS, "--out", out)
    assert code == DONE, err
    assert "worth of knowing, 60 replications, seed 1" in told
    assert "Money today: " in told
    assert told.endswith(f"Written to {out / 'worth.json'}\n")
    content = json.loads((out / "worth.json").read_text())
    (folder,) = [one for one in out.iterdir() if one.is_dir()]
    code, told, err = scaleup("worth", folder, "--json")
    assert (code, err) == (DONE, "")
    assert json.loads(told) == [content]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--together", "nothing.here"), "--together names 'nothing.here', which is no uncertain input"),
        (("--scheduler", "tcp://x"), "--scheduler"),
        (("--replications", "0"), "--replications"),
    ],
)
def test_what_is_refused(scaleup, small, arguments, words):
    chosen = arguments if "--replications" in arguments else (*arguments, *REPLICATIONS)
    code, _, err = scaleup("worth", small, *chosen)
    assert code == BAD
    assert words in " ".join(err.split())
    assert "Traceback" not in err
