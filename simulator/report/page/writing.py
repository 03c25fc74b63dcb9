"""The page about a plan, from what a folder holds, to one HTML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from simulator.report.page.contents import Contents, contents_of
from simulator.report.page.stored import Holding, holding
from simulator.store.files import OutputError, kind, make_folder, read_file, refuse_others, replace, shown

FILE: Final = "report.html"
MARK: Final = '<meta name="generator" content="scaleup-simulator'
"""What every page of ours has near its beginning."""
WHERE_MARK_IS: Final = 1000
LONGEST: Final = 2**28


def write_report(folder: str | os.PathLike[str], out: str | os.PathLike[str] | None = None) -> Path:
    """Write one HTML page of what a folder holds about a plan, and return its path.

    `folder` is DIR/<scenario> that a run has left, or the DIR above: then the only plan in it, or that of which most of
    the answers there speak. What analyses have left beside it (`<command>.json`) is in the page, and what was not asked
    is named. `out` is the file to write, `report.html` in the folder of the plan unless it is said.

    Raises `OutputError` where there is no result, or it is not clear which, or another file is in the place; and
    `WriteError`.
    """
    return written_from(holding(Path(folder)), None if out is None else Path(out))


def written_from(found: Holding, out: Path | None = None) -> Path:
    """Write the page of what was found."""
    path = found.folder / FILE if out is None else out
    refuse_strangers(path)
    make_folder(path.parent)
    page = page_of(contents_of(found)).encode()
    replace(path, lambda file: file.write(page))
    return path


def refuse_strangers(path: Path) -> None:
    """Raises `OutputError` where something is in the place of a page that is none of ours."""
    refuse_others(path)
    if kind(path) is None:
        return
    if MARK.encode() not in read_file(path, LONGEST)[:WHERE_MARK_IS]:
        raise OutputError(
            f"{shown(path)} is no report of ours, and is left alone: move it away, or choose another file"
        )


def page_of(contents: Contents) -> str:
    """The page as HTML text; the same contents give the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("simulator.report.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    template: Any = environment.get_template("page.html.j2")
    return str(template.render(contents=contents, mark=Markup(MARK), style=Markup(style)))
