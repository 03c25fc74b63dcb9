"""Drawings that may stand in a page: SVG of a file by an allow-list, and small ones made here.

A figure lies in a folder that others can write to, and inside a page it could run scripts or load what it likes. So it
is read as XML, and written anew from the elements and attributes that our figures are made of: nothing else comes
through, no script, no style sheet, no reference but to its own parts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup, escape

from simulator.scenario.numbers.distribution import Distribution

NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
LINK: Final = "{http://www.w3.org/1999/xlink}href"
ELEMENTS: Final = frozenset(
    ("svg", "g", "defs", "path", "use", "clipPath", "rect", "pattern", "circle", "line", "polygon", "polyline")
)
NUMBERS: Final = frozenset(
    "x y x1 x2 y1 y2 cx cy r rx ry width height d points transform viewBox patternTransform".split()
)
WORDS: Final = frozenset(
    "fill stroke opacity fill-opacity stroke-opacity stroke-width stroke-linecap stroke-linejoin stroke-dasharray "
    "stroke-dashoffset stroke-miterlimit fill-rule clip-rule patternUnits patternContentUnits clipPathUnits".split()
)
IS_NUMBERS: Final = re.compile(r"[\w\s.,()+-]*", re.ASCII)
IS_WORD: Final = re.compile(r"[#\w\s.,()%+-]*", re.ASCII)
OWN_PART: Final = re.compile(r"url\(#([\w.-]+)\)", re.ASCII)
LONG_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
DEEPEST: Final = 40
DRAWN: Final = 200
"""Quantiles that a small distribution is drawn from."""
BARS: Final = 24
SPARK: Final = (96.0, 20.0)
"""Width and height of a small drawing."""


class DrawingError(ValueError):
    """A figure that can't stand in a page."""


def inline(figure: bytes, name: str, alternative: str) -> Markup:
    """A figure that an SVG file holds, for a page in which `name` is its own; raises `DrawingError`."""
    if b"<!ENTITY" in figure:
        raise DrawingError("it declares entities")
    try:
        root = ElementTree.fromstring(figure)
    except ElementTree.ParseError as error:
        raise DrawingError("it is no SVG") from error
    if root.tag != f"{NAMESPACE}svg" or not root.get("viewBox"):
        raise DrawingError("it is no SVG")
    used = {link.removeprefix("#") for each in root.iter() if (link := each.get(LINK) or each.get("href"))}
    used |= {found for each in root.iter() for value in each.attrib.values() for found in OWN_PART.findall(value)}
    names = {own: f"{name}-{place}" for place, own in enumerate(sorted(used))}
    inside = "".join(_written(child, names, 1) for child in root)
    box = root.get("viewBox", "")
    if not IS_NUMBERS.fullmatch(box):
        raise DrawingError("it has no size")
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="{}" stroke-linejoin="round" stroke-linecap="butt">{}</svg>'
    ).format(alternative, box, Markup(inside))


def width_of(figure: bytes) -> float:
    """The width of a figure in an SVG file, in points; 0 where it says none."""
    found = re.search(rb'viewBox="\S+ \S+ ([\d.]+) ', figure[:4096])
    return float(found[1]) if found else 0.0


def _written(element: ElementTree.Element, names: dict[str, str], depth: int) -> str:
    """An element with all in it, as far as it is allowed; empty for one that is not."""
    tag = str(element.tag).removeprefix(NAMESPACE)
    if tag not in ELEMENTS or tag == "svg":
        return ""
    if depth > DEEPEST:
        raise DrawingError("it is too deep")
    inside = "".join(_written(child, names, depth + 1) for child in element)
    attributes = _attributes(element, names)
    if tag in ("g", "defs") and not inside:
        return ""
    if tag == "g" and not attributes:
        return inside
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


def _attributes(element: ElementTree.Element, names: dict[str, str]) -> str:
    told: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key == "id" and value in names:
            told["id"] = names[value]
        elif key in (LINK, "href") and value.removeprefix("#") in names and value.startswith("#"):
            told["href"] = f"#{names[value.removeprefix('#')]}"
        elif key == "style":
            told |= _style(value, names)
        elif key == "clip-path" or key in WORDS:
            told |= _style(f"{key}:{value}", names)
        elif key in NUMBERS and IS_NUMBERS.fullmatch(value):
            shorter = _digits if "ransform" in key else _places
            told[key] = " ".join(LONG_NUMBER.sub(shorter, value).split())
    return "".join(f' {key}="{escape(value)}"' for key, value in told.items())


def _places(number: re.Match[str]) -> str:
    """A coordinate to a hundredth of a point."""
    return f"{float(number[0]):.2f}"


def _digits(number: re.Match[str]) -> str:
    """A factor to five digits."""
    return f"{float(number[0]):.5g}"


def _style(text: str, names: dict[str, str]) -> dict[str, str]:
    """Declarations of a style as attributes, as far as they are allowed."""
    told = {}
    for declaration in text.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        part = OWN_PART.fullmatch(value)
        if part is not None and key in ("fill", "stroke", "clip-path") and part[1] in names:
            told[key] = f"url(#{names[part[1]]})"
        elif key in WORDS and IS_WORD.fullmatch(value) and "url" not in value:
            told[key] = value
    return told


def spark(distribution: Distribution, words: str) -> Markup:
    """The density of a distribution as a small drawing: bars over its middle 98%, and a tick at its median.

    Bars are the shares of equally likely quantiles, so that one formula fits what is smooth and what takes few values.
    """
    draws = np.array([distribution.quantile((place + 0.5) / DRAWN) for place in range(DRAWN)])
    low, high = draws[DRAWN // 100], draws[-1 - DRAWN // 100]
    shares = np.histogram(draws, bins=BARS, range=(low, high) if high > low else (low - 1.0, low + 1.0))[0]
    width, height = SPARK
    step, top = width / BARS, float(max(shares.max(), 1))
    points = [f"M0 {height:g}"]
    for place, share in enumerate(shares):
        y = height - (height - 2.0) * float(share) / top
        points.append(f"L{place * step:.3g} {y:.3g}L{(place + 1) * step:.3g} {y:.3g}")
    middle = width * (float(np.median(draws)) - low) / (high - low) if high > low else width / 2.0
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}"><path class="area" d="{}L{} {}Z"/>'
        '<path class="middle" d="M{} 0V{}"/></svg>'
    ).format(words, f"{width:g}", f"{height + 1:g}", "".join(points), f"{width:g}", f"{height:g}", f"{middle:.3g}",
             f"{height:g}")  # fmt: skip


def boxes(rows: Sequence[Sequence[tuple[str, str]]], arrows: Sequence[str], words: str) -> Markup:
    """A diagram of rows of boxes, each with a heading and a line of text; between two rows stands what passes on."""
    width, tall, gap = 720.0, 54.0, 34.0
    parts: list[Markup] = []
    for place, row in enumerate(rows):
        top = place * (tall + gap) + 1.0
        wide = (width - 12.0 * (len(row) - 1)) / len(row)
        for number, (head, text) in enumerate(row):
            left = number * (wide + 12.0)
            middle = left + wide / 2.0
            parts.append(
                Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="4"/><text x="{}" y="{}" class="head">{}</text>'
                       '<text x="{}" y="{}">{}</text>').format(
                    f"{left:.1f}", f"{top:.1f}", f"{wide - 1.0:.1f}", f"{tall:g}", f"{middle:.1f}", f"{top + 22.0:.1f}",
                    head, f"{middle:.1f}", f"{top + 40.0:.1f}", text)
            )  # fmt: skip
        if place < len(arrows):
            below = top + tall
            parts.append(
                Markup('<path d="M{0} {1}v{2}m-4 -6l4 6l4 -6" class="arrow"/><text x="{3}" y="{4}" class="passes">{5}'
                       "</text>").format(f"{width / 2:g}", f"{below + 3:.1f}", f"{gap - 6:g}", f"{width / 2 + 12:g}",
                                         f"{below + 20:.1f}", arrows[place])
            )  # fmt: skip
    height = len(rows) * (tall + gap) - gap + 2.0
    return Markup('<svg class="boxes" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        words, f"{width:g}", f"{height:g}", Markup("").join(parts)
    )
