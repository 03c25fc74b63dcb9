"""A scenario file that somebody else has sent: its content and what it is called, and no place on this machine."""

from dataclasses import dataclass, field
from typing import Final

from simulator.scenario.text.reading import read_content
from simulator.scenario.text.tree import Node

LONGEST_NAME: Final = 80
"""Most characters of a name that messages repeat."""


@dataclass(frozen=True)
class Upload:
    """The content of a scenario or suite file that came from somebody else, under the name that they gave it.

    It can name shipped scenarios only: no other file of this machine is opened, looked for or quoted on its behalf.
    """

    content: bytes | str = field(repr=False)
    name: str = "upload"

    @property
    def shown(self) -> str:
        """How messages call it: its name as one line of printable characters."""
        line = "".join(letter if letter.isprintable() else " " for letter in self.name).strip()
        return line[:LONGEST_NAME] or "upload"

    def read(self) -> Node:
        """Its tree; raises ScenarioError."""
        content = self.content
        return read_content(content.encode(errors="surrogatepass") if isinstance(content, str) else content, self.shown)
