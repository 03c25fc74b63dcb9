"""The house: folders and files of a size that can be seen at once, and door plates that name all that is inside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MOST_FILES = 14
MOST_LINES = 400
LINES_OF_A_PLATE = 8

ROOT = Path(__file__).resolve().parents[2] / "simulator"
PACKAGES = sorted(path.parent for path in ROOT.rglob("__init__.py"))


def contents(package: Path) -> list[str]:
    """Names of the modules and packages in a package."""
    inner = [path for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    return sorted(path.stem for path in inner if not path.stem.startswith("__"))


@pytest.mark.parametrize("package", PACKAGES[1:], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_door_plate_names_all_that_is_inside(package: Path) -> None:
    plate = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert [name for name in contents(package) if f"`{name}`" not in plate] == []
    assert len(plate.splitlines()) <= LINES_OF_A_PLATE


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_folder_is_a_hall(package: Path) -> None:
    assert len(list(package.glob("*.py"))) <= MOST_FILES


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.rglob("*.py")}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MOST_LINES} == {}
