"""The README's commands, the lock of constraints and the links between documents."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins(repository):
    lines = [line for line in (repository / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in lines), "names and versions only"
    return {canonicalize_name(name): Version(version) for name, _, version in (line.partition("==") for line in lines)}


def test_the_readme_has_exactly_two_set_up_commands(repository):
    blocks = re.findall(r"```sh\n(.*?)```", (repository / "README.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert len(block.splitlines()) == 1
        assert block.startswith("python3 -m venv .venv && .venv/bin/pip install -c constraints.txt ")


def test_every_dependency_is_pinned_within_its_range(project, pins):
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, requirements):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement
        assert any(part.operator == "<" for part in requirement.specifier), f"{requirement} has no upper bound"


def test_the_version_is_the_same_everywhere(project, repository):
    assert f"version: {project['version']}\n" in (repository / "CITATION.cff").read_text()


def documents(repository):
    return [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]


def local_links(document):
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    return [target for target in targets if "://" not in target]


def test_links_between_documents_lead_somewhere(repository):
    broken = [
        f"{document.relative_to(repository)}: {target}"
        for document in documents(repository)
        for target in local_links(document)
        if not (document.parent / target).exists()
    ]
    assert not broken


def test_every_document_can_be_reached_from_the_readme(repository):
    reached, waiting = set(), [repository / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document in reached or document.suffix != ".md" or not document.is_file():
            continue
        reached.add(document)
        waiting += [document.parent / target for target in local_links(document)]
    assert {document.resolve() for document in documents(repository)} <= reached
