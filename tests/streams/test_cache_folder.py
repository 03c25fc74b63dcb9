"""A folder of compiled code is used only if nobody else can have put anything there or in its place."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulator.streams.cache import OF_PARENT, OURS, VARIABLE, CacheWarning, open_cache
from tests.streams.folders import AS_ROOT, NAME, NOBODY, STRANGE, instead, private, usual

# ---- what is made here


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_folders_are_made_for_the_user_alone(place: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        folder = usual()
    finally:
        os.umask(before)
    assert folder == place / OURS / NAME
    assert all(private(part) for part in (folder, *folder.parents[:2]))
    assert usual() == folder, "a second start uses it"


@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize(("made", "why"), STRANGE)
def test_a_part_that_others_could_have_filled_is_not_used(
    place: Path, made: Callable[[Path], None], why: str, depth: int
) -> None:
    """What somebody else may have put there is not even looked at."""
    folder = usual()
    open_cache(NAME).write("planted.nbc", b"payload")
    assert open_cache(NAME).holds("*.nbc")
    part = (folder.parent, folder)[depth]
    made(part)
    used = instead(f"{part} {why}")
    assert private(used)
    assert private(used.parent)
    assert not open_cache(NAME).holds("*.nbc")


def test_a_file_or_a_broken_link_in_the_place_of_a_part_is_told(place: Path) -> None:
    place.mkdir()
    (place / OURS).write_bytes(b"")
    instead(f"{place / OURS} is not a folder")
    (place / OURS).unlink()
    (place / OURS).symlink_to("nowhere")
    os.environ.pop(OF_PARENT)
    instead(f"{place / OURS} is not a folder")


# ---- the way there


def test_a_place_that_others_can_write_is_used_only_with_a_sticky_bit(place: Path) -> None:
    """Without it anybody could put another folder in the place of ours, at any time."""
    place.mkdir()
    place.chmod(0o1777)
    usual()
    place.chmod(0o777)
    instead(f"{place} can be written by others")


def test_nobody_else_can_replace_a_folder_further_up(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setenv(VARIABLE, str(place / "mine" / "caches"))
    instead(f"{place} can be written by others")
    assert not (place / "mine").exists()


def test_a_link_on_the_way_is_followed_to_where_it_leads(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_all = place / "open"
    (open_for_all / "mine").mkdir(parents=True)
    link = place / "link"
    link.symlink_to("open/mine")
    monkeypatch.setenv(VARIABLE, str(link))
    assert usual() == link / OURS / NAME
    open_for_all.chmod(0o777)
    instead(f"{open_for_all} can be written by others")


@pytest.mark.parametrize(("members", "used"), [([], True), (["user"], True), (["user", "another"], False)])
def test_a_group_of_the_user_alone_may_write_on_the_way(
    place: Path, monkeypatch: pytest.MonkeyPatch, members: list[str], used: bool
) -> None:
    """Many systems make such a group for each user, and folders that it can write."""
    place.mkdir()
    place.chmod(0o775)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="user"))
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name="user", gr_mem=members))
    if used:
        usual()
    else:
        instead(f"{place} can be written by others")


def test_a_place_of_somebody_else_is_not_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner can rename what is in it, sticky or not."""
    place.mkdir()
    place.chmod(0o1777)
    if AS_ROOT:
        os.chown(place, NOBODY, NOBODY)
        instead(f"{place} belongs to another user")
    else:  # nothing can be given away, so the user becomes another, for whom the temporary folder is no good either
        monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
        with pytest.warns(CacheWarning, match="belongs to another user"):
            assert open_cache(NAME).folder is None
