"""Drawings in a page: nothing comes through that is no drawing, and parts keep their own names."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from simulator.report import style
from simulator.report.page.vectors import DrawingError, boxes, inline, spark
from simulator.scenario.numbers.forms import Range
from simulator.scenario.numbers.quantity import Uncertain
from tests.report.page.reading import Page

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">'
GOOD = '<path id="p" d="M 0 0 L 10.123456 5" style="fill: #ff0000; stroke-width: 0.8"/>'


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)"><path d="M0 0" onclick="alert(1)"/></g>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><img src='x'/></body></foreignObject>",
        '<a href="https://example.com"><path d="M0 0"/></a>',
        '<use xlink:href="https://example.com/x.svg#p"/>',
        '<use href="data:image/svg+xml,x"/>',
        '<image href="https://example.com/x.png"/>',
        "<style>@import url(https://example.com/x.css); * { background: url(https://example.com) }</style>",
        '<rect fill="url(https://example.com/x)" style="fill: url(https://example.com); background: url(//x)"/>',
        '<rect style="fill: url(#p); filter: url(https://example.com)"/>',
        '<path d="M0 0&quot;/&gt;&lt;script&gt;"/>',
        '<animate attributeName="href" to="https://example.com"/><set attributeName="onclick" to="x"/>',
        "<!-- <script>alert(1)</script> -->",
        '<text>javascript:alert(1)</text><title onclick="x">t</title>',
        '<svg onload="alert(1)"><path d="M0 0"/></svg>',
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://example.com"/>',
    ],
)
def test_what_is_no_drawing_does_not_come_through(bad: str) -> None:
    told = str(inline(f"{HEAD}{GOOD}{bad}</svg>".encode(), "name", "words"))
    for word in ("example", "alert", "script", "onload", "onclick", "foreign", "iframe", "data:", "import", "title"):
        assert word not in told.lower()
    assert '<path d="M 0 0 L 10.12 5" fill="#ff0000" stroke-width="0.8"/>' in told.replace(' id="name-0"', "")
    assert Page(told).faults == []


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"no XML",
        b"<html/>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + HEAD.encode() + b"&b;</svg>",
        HEAD.encode() + b"<g>" * 60 + b"</g>" * 60 + b"</svg>",
        HEAD.replace("0 0 10 10", "0 0 10 10&quot;&gt;&lt;script&gt;").encode() + b"</svg>",
    ],
)
def test_what_is_no_figure_is_refused(bad: bytes) -> None:
    with pytest.raises(DrawingError):
        inline(bad, "name", "words")


def test_parts_that_refer_to_each_other_have_names_of_their_own_figure() -> None:
    inside = (
        '<defs><clipPath id="clip"><rect width="1" height="1"/></clipPath><path id="mark" d="M0 0"/></defs>'
        '<g clip-path="url(#clip)" id="unused"><use xlink:href="#mark" x="1"/></g>'
    )
    told = str(inline(f"{HEAD}{inside}</svg>".encode(), "money", "words"))
    assert 'id="money-0"' in told
    assert 'clip-path="url(#money-0)"' in told
    assert 'href="#money-1"' in told
    assert "unused" not in told


def test_words_that_stand_for_a_figure_can_hold_anything() -> None:
    words = '"><script>alert("1")</script>'
    told = Page(str(inline(f"{HEAD}{GOOD}</svg>".encode(), "name", words)))
    assert [one.tag for one in told.root.all()] == ["svg", "path"]
    assert told.root.all("svg")[0].attributes["aria-label"] == words
    assert [one.tag for one in Page(str(boxes([[(words, words)]], [], words))).root.all()] == [
        "svg", "rect", "text", "text",
    ]  # fmt: skip


def test_a_figure_of_ours_keeps_all_its_marks() -> None:
    import matplotlib.pyplot as plt

    open_before = plt.get_fignums()
    drawn = style.as_svg(_drawn(), "sha256:1")
    assert drawn == style.as_svg(_drawn(), "sha256:1")
    assert b"<dc:identifier>sha256:1</dc:identifier>" in drawn
    told = str(inline(drawn, "name", "words"))
    assert told.count("<use") == drawn.count(b"<use ")
    assert told.count("<path") == drawn.count(b"<path ")
    assert told.count("url(#") == drawn.count(b"url(#")
    assert plt.get_fignums() == open_before


def _drawn() -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.bar([1, 2], [3, 4], hatch="//")
    axes.fill_between([1, 2], [0, 1], [1, 2])
    return figure


@pytest.mark.parametrize(
    "form", [{"p10": 1, "p50": 2, "p90": 9}, {"uniform": {"min": 0, "max": 1}}, 3.0, {"empirical": [1, 1, 5]}]
)
def test_any_distribution_can_be_drawn_small(form: object) -> None:
    quantity = Uncertain("weeks", Range(0.0, 1e9)).read(form)
    told = Page(str(spark(quantity.distribution, "words")))
    assert told.faults == []
    area, middle = told.root.all("path")
    assert "nan" not in area.attributes["d"]
    assert 0.0 <= float(middle.attributes["d"].removeprefix("M").split()[0]) <= 96.0
