"""A page as a test reads it: elements with their text, and what is wrong with how they are put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "br", "hr", "img", "input", "link", "area", "base", "col", "embed", "source", "track", "wbr"}


@dataclass
class Element:
    """An element of a page: its tag, attributes, those in it, and all text in it."""

    tag: str
    attributes: dict[str, str]
    above: Element | None = None
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, with one blank for each space."""
        return " ".join("".join(self.pieces).split())

    def all(self, *tags: str) -> list[Element]:
        """Every element of these tags in it, or of any, in the order of the page."""
        found = []
        for child in self.children:
            found += [child] if not tags or child.tag in tags else []
            found += child.all(*tags)
        return found

    def within(self, **attributes: str) -> Element:
        """The one element in it with these attributes."""
        (found,) = (one for one in self.all() if attributes.items() <= one.attributes.items())
        return found


class Page(HTMLParser):
    """A page that is read strictly: what is opened is closed in order; `faults` tells what is not."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._at = Element("page", {})
        self.faults: list[str] = []
        self.feed(text)
        self.close()
        if self._at is not self.root:
            self.faults.append(f"{self._at.tag} is never closed")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        if len(set(names)) < len(names):
            self.faults.append(f"{tag} has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attributes}, self._at)
        self._at.children.append(element)
        if tag not in EMPTY:
            self._at = element

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._at.tag != tag or self._at.above is None:
            self.faults.append(f"{tag} is closed where {self._at.tag} is open")
            return
        self._at = self._at.above

    def handle_data(self, data: str) -> None:
        element: Element | None = self._at
        while element is not None:
            element.pieces.append(data)
            element = element.above
