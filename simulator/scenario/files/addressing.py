"""From a layer that speaks of roles to one that speaks of names: what it says, for the scenario that it is laid over.

A thing of a named list may have a ``role`` instead of a ``name``; names of sites or systems, and a mix, may be
``{role: ...}``; a number may be relative (``{times: 10}``); a mapping with ``if_there: true`` is left out where there
is nothing to be changed. Who is in a role is asked of the scenario as it is below the layer.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.scenario.checks.inputs import numbers
from simulator.scenario.files.inheritance import MIXES, REPLACE, merge
from simulator.scenario.files.relative import Relative, is_relative
from simulator.scenario.files.roles import (
    ALL,
    ROLES,
    by_engagement,
    mix_of,
    mixed_by_role,
    rounded,
    workforce,
)
from simulator.scenario.numbers.forms import FormError
from simulator.scenario.text.problems import Location, Problem, ScenarioError, dotted, listed, nearest
from simulator.scenario.text.tree import Mark, Node, from_python

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario

KEPT: Final = "keep"
"""The share that a segment had, in a mix by role."""
SAME_PEOPLE: Final = "same_people_in_all"
NOT_AT: Final = "nobody_at_hour"
NAMED_IN: Final = {"sites": ("sites",), "after": ("integration", "systems"), "segments": ("users", "segments")}
"""Keys under which ``{role: ...}`` stands for names, or for a mix, and the list in which these are in the role."""
DAY: Final = {"days": "mon-fri", "start_hour": 8, "end_hour": 18, "share": 1}
"""The shift of a team of which everybody would have worked at an hour at which nobody is to."""


def speaks_of_roles(node: Node, key: str = "") -> bool:
    """Whether anything in a layer depends on what it is laid over."""
    return next(_marks(node, (), key), None) is not None


def first_mark(node: Node) -> tuple[Location, str, Mark]:
    """Where a tree first speaks of a role, or of a relative number, and by which key."""
    return next(_marks(node, (), ""))


def _marks(node: Node, at: Location, key: str) -> Iterator[tuple[Location, str, Mark]]:
    if isinstance(node.value, list):
        for i, child in enumerate(() if node.whole else node.value):
            yield from _marks(child, (*at, child.name or i), key)
    elif isinstance(node.value, dict):
        given = node.value
        own: list[str] = [word for word in ("if_there", "by_role") if word in given]
        own += [REPLACE] if REPLACE in given and isinstance(given[REPLACE].value, list) else []
        if "role" in given and not (key in MIXES and not isinstance(given["role"].value, str)):
            own.append("role")
        if key not in MIXES:
            own += [word for word in (SAME_PEOPLE, NOT_AT, "add") if set(given) == {word}]
            own += list(given)[:1] if is_relative(given) else []
        for word in own:
            yield at, word, node.keys.get(word, node.mark)
        for name, child in given.items():
            yield from _marks(child, (*at, name), name)


class Addressed:
    """A layer whose roles are worked out for a scenario; `tree` is what it says now, and `missing` what found nothing.

    Raises ScenarioError for roles and numbers that cannot be read.
    """

    def __init__(self, layer: Node, scenario: "Scenario") -> None:
        self.scenario = scenario
        self.document = scenario.document()
        self.relative = Relative(scenario, {place.path: place for place in numbers(scenario)})
        self.missing: list[str] = []
        self.problems: list[Problem] = []
        self.quiet = False  # of everybody in a role, some may well lack what others have
        self.new_sites: int | None = None
        self.new_sites = self._new_pilot_sites(layer)
        tree = self._said(layer, self.document, ())
        if self.problems:
            raise ScenarioError(self.problems)
        self.tree = Node({}, layer.mark) if tree is None else tree

    def _said(self, node: Node, base: Any, at: Location) -> Node | None:
        """What a node says without roles; None where it says nothing here."""
        if isinstance(node.value, list):
            return node if node.whole else self._list(node, base, at)
        if not isinstance(node.value, dict):
            return node
        given = node.value
        if "if_there" in given:
            if not self._is_there(given["if_there"], base, at):
                return None
            rest = {key: child for key, child in given.items() if key != "if_there"}
            return self._said(Node(rest, node.mark, node.keys), base, at)
        if "by_role" in given:
            return self._by_role(node, at)
        if "role" in given and isinstance(given["role"].value, str) and self._names_wanted(at):
            return self._in_role(node, at)
        if at and at[-1] in MIXES:
            return node
        forms: Mapping[str, Callable[[Node, Any, Location], Node | None]] = {
            SAME_PEOPLE: self._same_people,
            NOT_AT: self._nobody_at,
            "add": self._added,
        }
        for key, form in forms.items():
            if set(given) == {key}:
                return form(node, base, at)
        if is_relative(given):
            return self._number(node, at)
        said = {key: self._said(child, _below(base, key), (*at, key)) for key, child in given.items()}
        kept = {key: child for key, child in said.items() if child is not None}
        return Node(kept, node.mark, node.keys) if kept or not given else None

    def _names_wanted(self, at: Location) -> bool:
        """Whether names of sites or systems stand at a place, or a mix."""
        return bool(at) and at[-1] in NAMED_IN and at not in NAMED_IN.values()

    def _is_there(self, node: Node, base: Any, at: Location) -> bool:
        """Whether there is something to be changed: here, or under the path that is given."""
        if node.value is True:
            if base in (None, []):
                self._note(at)
            return base not in (None, [])
        if not isinstance(node.value, str):
            allowed = "allowed: true, or the path of what has to be there"
            self._refuse((*at, "if_there"), f"found {node.described()}", allowed, node.mark)
            return False
        there: Any = self.document
        for part in node.value.split("."):
            if there is None:
                break
            if not isinstance(there, dict) or part not in there:
                found = f'found "{node.value}", which is no path of a section'
                self._refuse((*at, "if_there"), found, "allowed: true, or a path such as rollout.gates", node.mark)
                return False
            there = there[part]
        if there in (None, []):
            self._note(at, f" (no {node.value})")
        return there not in (None, [])

    def _list(self, node: Node, base: Any, at: Location) -> Node | None:
        """A list, in which things with a role become everybody in it, and what is said of one thing twice is one."""
        assert isinstance(node.value, list)
        if not any(isinstance(child.value, dict) and ("role" in child.value or child.name) for child in node.value):
            return node
        named = {thing["name"]: thing for thing in _listed(base) if isinstance(thing, dict) and "name" in thing}
        said: dict[str, Node] = {}
        others: list[Node] = []
        seen: set[str] = set()
        for i, child in enumerate(node.value):
            by_role = isinstance(child.value, dict) and "role" in child.value
            names = self._members(child, (*at, i), list(named)) if by_role else [child.name]
            for name in names:
                if name is None or (not by_role and name in seen):
                    others.append(child)  # what is wrong with it is told when it is laid over the scenario
                    continue
                seen |= set() if by_role else {name}
                before, self.quiet = self.quiet, self.quiet or by_role
                mine = self._said(_named(child, name), named.get(name), (*at, name))
                self.quiet = before
                if mine is not None:
                    said[name] = merge(said[name], mine, (*at, name), self.problems) if name in said else mine
        return Node([*said.values(), *others], node.mark) if said or others else None

    def _members(self, node: Node, at: Location, names: list[str]) -> list[str | None]:
        """The names of those in the role of a thing, of all `names`."""
        assert isinstance(node.value, dict)
        if "name" in node.value:
            found = "found role beside name"
            self._refuse((*at, "role"), found, "allowed: one of them", node.keys.get("role", node.mark))
            return []
        members = self._role(node.value["role"], at, at[:-1], names)
        return [name for name in names if name in members]

    def _role(self, role: Node, at: Location, where: Location, names: list[str]) -> list[str]:
        """Who is in a role of the list at `where`, of whom all are `names`; notes where nobody is."""
        path = tuple(str(part) for part in where)
        roles = ROLES.get(path, {})
        if not isinstance(role.value, str) or role.value not in (ALL, *roles):
            known = [ALL, *roles]
            near = nearest(role.value, known)
            found = f"found {role.described()}, which is no role in {dotted(path)}"
            self._refuse((*at, "role"), found, f"allowed: {listed(known)}", role.mark, near)
            return names
        members = names if role.value == ALL else roles[role.value](self.scenario)
        if not members:
            self._note(where, f" (role {role.value})")
        return members

    def _in_role(self, node: Node, at: Location) -> Node | None:
        """The names of those in a role; for a mix, these segments in the proportions of the workforce."""
        assert isinstance(node.value, dict)
        where = NAMED_IN[str(at[-1])]
        things = self.document[where[0]] if len(where) == 1 else self.document[where[0]][where[1]]
        names = [thing["name"] for thing in things]
        unknown = [key for key in node.value if key not in ("role", "named")]
        if unknown:
            allowed = "allowed: role, and named beside it"
            self._refuse(
                (*at, unknown[0]), f'unknown key "{unknown[0]}"', allowed, node.keys.get(unknown[0], node.mark)
            )
        preferred = node.value["named"].plain() if "named" in node.value else ()
        if preferred and isinstance(preferred, tuple) and all(name in names for name in preferred):
            return placed_at(list(preferred), node.mark)
        members = self._role(node.value["role"], at, where, names)
        if not members:
            return None
        return placed_at(workforce(self.scenario, members) if at[-1] in MIXES else members, node.mark)

    def _by_role(self, node: Node, at: Location) -> Node | None:
        """The segments of the workforce, or the mix of a site, with the shares that some roles are given."""
        assert isinstance(node.value, dict)
        given = node.value["by_role"]
        roles = ROLES["users", "segments"]
        shares: dict[str, float | None] = {}
        for role, share in given.value.items() if isinstance(given.value, dict) else ():
            place = (*at, "by_role", role)
            if role not in roles:
                allowed = f"allowed: {listed(roles)}"
                mark = given.keys.get(role, given.mark)
                self._refuse(place, f'unknown role "{role}"', allowed, mark, nearest(role, roles))
            elif share.value == KEPT:
                shares[role] = None
            elif isinstance(share.value, bool) or not isinstance(share.value, int | float) or not 0 <= share.value <= 1:
                self._refuse(place, f"found {share.described()}", "allowed: a share, or keep", share.mark)
            else:
                shares[role] = float(share.value)
        if not isinstance(given.value, dict) or sum(share or 0.0 for share in shares.values()) > 1.0 + 1e-9:
            allowed = "allowed: most-engaged and least-engaged, with shares of no more than 1 together"
            self._refuse((*at, "by_role"), f"found {given.described()}", allowed, given.mark)
        ordered = by_engagement(self.scenario)
        if self.problems or len(ordered) < 2:
            self._note(at, " (roles of segments, of which there is one)")
            return None
        site = next((site for site in self.scenario.sites if at[:2] == ("sites", site.name)), None)
        mix = mixed_by_role(mix_of(self.scenario, site), ordered[0], ordered[-1], shares)
        if at == ("users", "segments"):
            return placed_at([{"name": name, "share": share} for name, share in mix.items()], node.mark)
        return placed_at(mix, node.mark)

    def _same_people(self, node: Node, base: Any, at: Location) -> Node | None:
        """People at each site of the pilot, as many as before in all: those of the pilot below, over its new sites."""
        assert isinstance(node.value, dict)
        value, pilot = node.value[SAME_PEOPLE], self.scenario.pilot
        if value.value is not True or at != ("pilot", "users_per_site"):
            found = f"found {value.described()} at {dotted(at)}"
            self._refuse((*at, SAME_PEOPLE), found, "allowed: true, at pilot.users_per_site", value.mark)
        if pilot is None or self.new_sites is None:
            return None
        people = pilot.users_per_site.mean * len(pilot.sites) / self.new_sites
        return placed_at(max(1, round(people)), node.mark)

    def _nobody_at(self, node: Node, base: Any, at: Location) -> Node | None:
        """Shifts without those that work at an hour, whose people go to the other shifts in equal parts."""
        assert isinstance(node.value, dict)
        hour = node.value[NOT_AT]
        if at[-1] != "shifts" or type(hour.value) is not int or not 0 <= hour.value <= 23:
            allowed = "allowed: an hour from 0 to 23, under shifts"
            self._refuse((*at, NOT_AT), f"found {hour.described()}", allowed, hour.mark)
            return None
        shifts = [dict(shift) for shift in _listed(base)]
        kept = [shift for shift in shifts if not _works_at(shift, hour.value)]
        moved = 1.0 - sum(_plain(shift["share"]) for shift in kept)
        if len(kept) == len(shifts):
            return None
        for shift in kept:
            shift["share"] = rounded(_plain(shift["share"]) + moved / len(kept))
        return placed_at(kept or [DAY], node.mark)

    def _added(self, node: Node, base: Any, at: Location) -> Node | None:
        """The criteria that are there, and those that are added for measures that none of them reads."""
        assert isinstance(node.value, dict)
        added = node.value["add"]
        if not isinstance(added.value, list) or at[-1] != "criteria":
            self._refuse((*at, "add"), f"found {added.described()}", "allowed: a list, under criteria", added.mark)
            return None
        read = [criterion["measure"] for criterion in _listed(base)]
        new = [child for child in added.value if (child.child("measure") or child).value not in read]
        old = placed_at(_listed(base), node.mark)
        assert isinstance(old.value, list)
        return Node([*old.value, *new], node.mark) if new else None

    def _number(self, node: Node, at: Location) -> Node | None:
        """A relative number, worked out."""
        try:
            worked_out = self.relative.worked_out(dotted(at), node.plain())
        except KeyError:
            self._note(at)
            return None
        except FormError as error:
            for finding in error.findings:
                mark = node.follow(finding.at)[1]
                self._refuse((*at, *finding.at), finding.found, finding.allowed, mark, finding.nearest)
            return None
        return None if worked_out is None else placed_at(worked_out, node.mark)

    def _new_pilot_sites(self, layer: Node) -> int | None:
        """How many sites the pilot has above the layer; None where that cannot be told."""
        pilot = layer.child("pilot")
        sites = None if pilot is None else pilot.child("sites")
        said = None if sites is None else self._said(sites, None, ("pilot", "sites"))
        if said is not None and isinstance(said.value, list) and said.value:
            return len(said.value)
        return len(self.scenario.pilot.sites) if self.scenario.pilot else None

    def _note(self, at: Location, more: str = "") -> None:
        told = dotted(at) + more
        if told not in self.missing and not self.quiet:
            self.missing.append(told)

    def _refuse(self, at: Location, found: str, allowed: str, mark: Mark, near: str | None = None) -> None:
        problem = Problem(dotted(at), found, allowed, near, *mark)
        self.problems += [] if problem in self.problems else [problem]


def completed(tree: Node, over: Node, document: Any) -> Node:
    """A tree with the defaults, from the document of its scenario, of all that a layer changes in part."""
    if isinstance(tree.value, list) and isinstance(over.value, list) and isinstance(document, list):
        things = {thing["name"]: thing for thing in document if isinstance(thing, dict) and "name" in thing}
        changed = {child.name: child for child in over.value if child.name in things}
        things_of = [
            completed(child, changed[child.name], things[child.name]) if child.name in changed else child
            for child in tree.value
        ]
        return Node(things_of, tree.mark)
    if not isinstance(tree.value, dict) or not isinstance(over.value, dict) or not isinstance(document, dict):
        return tree
    children = dict(tree.value)
    for key, child in over.value.items():
        default = document.get(key)
        if not isinstance(child.value, dict | list) or child.whole or default in (None, []):
            continue
        if key not in children:
            children[key] = from_python(default)
        else:
            children[key] = completed(children[key], child, default)
    return Node(children, tree.mark, tree.keys)


def placed_at(value: Any, mark: Mark) -> Node:
    """A tree that was worked out, at the place of what it was worked out from."""

    def mark_all(node: Node) -> Node:
        node.mark = mark
        for child in node.value.values() if isinstance(node.value, dict) else ():
            mark_all(child)
        for child in node.value if isinstance(node.value, list) else ():
            mark_all(child)
        return node

    return mark_all(from_python(value))


def _named(node: Node, name: str) -> Node:
    """What is said of a thing, under its name."""
    assert isinstance(node.value, dict)
    if "role" not in node.value:
        return node
    rest = {key: child for key, child in node.value.items() if key != "role"}
    return Node({"name": Node(name, node.mark), **rest}, node.mark, node.keys)


def _below(base: Any, key: str) -> Any:
    return base.get(key) if isinstance(base, dict) else None


def _listed(base: Any) -> list[Any]:
    """What a list of the scenario holds, and nothing where it has no list there."""
    return base if isinstance(base, list) else []


def _plain(share: Any) -> float:
    """A share without its source."""
    return float(share["value"] if isinstance(share, dict) else share)


def _works_at(shift: Mapping[str, Any], hour: int) -> bool:
    start, end = _plain(shift["start_hour"]), _plain(shift["end_hour"])
    return start <= hour < end if start < end else hour >= start or hour < end
