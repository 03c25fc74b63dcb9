"""Where the cache of compiled code lies, what stands in for it where it can't lie there, and how long it stays."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.cli.entry import telling_warnings
from simulator.streams import cache
from simulator.streams.cache import KEPT_SECONDS, OF_PARENT, OURS, VARIABLE, CacheWarning, open_cache
from tests.streams.folders import AS_ROOT, NAME, NOBODY, STRANGE, instead, usual

DAY = 86_400


# ---- where it lies


def test_a_tilde_is_the_home_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv(VARIABLE, "~/of/mine")
    assert usual() == place / "of" / "mine" / OURS / NAME
    monkeypatch.setenv(VARIABLE, "~")
    assert usual() == place / OURS / NAME


def test_a_relative_home_is_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "relative")
    for named in ("", "~/caches"):
        monkeypatch.setenv(VARIABLE, named)
        monkeypatch.delenv(OF_PARENT, raising=False)
        instead("the home folder relative is not an absolute path")


def test_an_empty_variable_is_none_and_a_relative_xdg_is_ignored(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(place / "home"))
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert usual() == place / "home" / ".cache" / OURS / NAME
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "xdg"))
    assert usual() == place / "xdg" / OURS / NAME


def test_a_relative_place_is_that_of_the_start(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv(VARIABLE, "here")
    assert usual() == place / "here" / OURS / NAME


BAD: dict[str, tuple[str, str]] = {
    "a file": ("{place}/file", "{place}/file is not a folder"),
    "below a file": ("{place}/file/below", "{place}/file is not a folder"),
    "too long": ("{place}/" + "x" * 300, "File name too long"),
    "an unknown user": ("~no-such-user-here/caches", "no home folder is known of no-such-user-here)"),
    "below a file that is not UTF-8": ("{place}/\udcff/below", "{place}/\\udcff is not a folder"),
    "circular": ("{place}/circle/caches", "{place}/circle is not a folder"),
    "unwritable": ("/proc/caches", "/proc"),
}


@pytest.mark.parametrize("named", BAD)
def test_a_place_that_is_none_is_told_in_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    place.mkdir()
    (place / "file").write_bytes(b"")
    (place / "\udcff").write_bytes(b"")
    (place / "circle").symlink_to("circle")
    bad, why = (of.format(place=place) for of in BAD[named])
    monkeypatch.setenv(VARIABLE, bad)
    with telling_warnings():
        assert open_cache(NAME).folder is not None
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("compiled code is not kept (")
    assert why in told


def test_a_place_that_is_not_utf_8_is_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(place / "\udcff"))
    assert usual() == place / "\udcff" / OURS / NAME


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_any_user_id_without_home_and_name(home: str | None) -> None:
    """A container often has neither for the user id that it is given."""
    program = (
        "import os, pwd, sys, tempfile\n"
        "from simulator.streams.cache import open_cache\n"
        "if os.geteuid() == 0:\n"
        "    os.setgroups([]), os.setgid(12345), os.setuid(12345)\n"
        "else:\n"
        "    def getpwuid(_): raise KeyError\n"
        "    pwd.getpwuid = getpwuid\n"
        "tempfile.tempdir = '/tmp'\n"
        f"cache = open_cache('{NAME}')\n"
        "cache.write('a.nbc', b'payload')\n"
        "print(cache.read('a.nbc'))\n"
        "(cache.folder / 'a.nbc').chmod(0)\n"
        "print(cache.read('a.nbc'))\n"
        "cache.write('a.nbc', b'anew')\n"
        "print(cache.read('a.nbc'))"
    )
    variables = {"HOME", "USER", "LOGNAME", "XDG_CACHE_HOME", VARIABLE, OF_PARENT}
    environment = {name: of for name, of in os.environ.items() if name not in variables}
    if home is not None:
        environment["HOME"] = home
    command = [sys.executable, "-W", "always", "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["b'payload'", "None", "b'anew'"], "nor is a file read that can't be"
    assert VARIABLE in done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_place_nothing_is_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write_bytes(b"")
    monkeypatch.setattr(tempfile, "tempdir", str(place / "nowhere"))
    with pytest.warns(CacheWarning, match="is not a folder"):
        nothing = open_cache(NAME)
    nothing.write("a.nbc", b"payload")
    assert nothing.folder is None
    assert nothing.read("a.nbc") is None
    assert not nothing.holds("*")


def test_a_temporary_folder_in_which_others_can_rename_is_not_used(place: Path) -> None:
    place.write_bytes(b"")
    Path(tempfile.gettempdir()).chmod(0o777)
    with pytest.warns(CacheWarning):
        assert open_cache(NAME).folder is None


# ---- the private folder

FAMILY = f"""
import os, subprocess, sys
from simulator.streams.cache import open_cache
child = "from simulator.streams.cache import open_cache; print(open_cache('{NAME}').folder)"
folder = open_cache('{NAME}').folder
print(folder, flush=True)
for _ in range(2):
    subprocess.run([sys.executable, "-c", child], check=True)
if os.fork() == 0:
    sys.exit()  # not the end of the process that made it
os.wait()
print(folder.is_dir())
"""


def test_children_use_the_folder_of_the_process_and_it_goes_with_it(place: Path) -> None:
    """It is told once, and worker processes do not each compile."""
    place.write_bytes(b"")
    environment = os.environ | {"TMPDIR": tempfile.gettempdir()}
    done = subprocess.run([sys.executable, "-c", FAMILY], env=environment, capture_output=True, text=True, check=True)
    folder, *of_children, there = done.stdout.split()
    assert of_children == [folder, folder]
    assert there == "True"
    assert done.stderr.count("compiled code is not kept") == 1
    assert not list(Path(tempfile.gettempdir()).iterdir())


@pytest.mark.parametrize(("made", "why"), STRANGE)
def test_a_folder_that_is_handed_on_is_checked_too(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], None], why: str
) -> None:
    place.write_bytes(b"")
    handed_on = tmp_path / "handed-on"
    handed_on.mkdir(mode=0o700)
    monkeypatch.setenv(OF_PARENT, str(handed_on))
    assert usual() == handed_on / OURS / NAME
    made(handed_on)
    assert tempfile.gettempdir() in str(usual()), why


def test_a_folder_that_can_only_be_read_is_used_if_it_holds_something(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a cluster whose nodes see homes so: one run before fills it."""
    open_cache(NAME).write("a.nbc", b"payload")
    monkeypatch.setattr(os, "access", lambda path, _: place not in path.parents)
    assert open_cache(NAME).folder == place / OURS / NAME
    (place / OURS / NAME / "a.nbc").unlink()
    instead("can't be written")


# ---- old folders


def test_caches_of_other_versions_are_removed_after_a_time(place: Path, tmp_path: Path) -> None:
    folder = usual()
    now = time.time()
    outside = tmp_path / "outside"
    (outside / "of").mkdir(parents=True)

    def sibling(name: str, unused_seconds: float) -> Path:
        path = folder.parent / name
        (path / "below").mkdir(parents=True)
        (path / "below" / "a.nbc").write_bytes(b"")
        (path / "link").symlink_to(outside)
        os.utime(path, (now, now - unused_seconds))
        return path

    names = [f"{digit * 20}-{digit * 8}" for digit in "12345"]
    old = sibling(names[0], KEPT_SECONDS + DAY)
    kept = [sibling(names[1], KEPT_SECONDS - DAY), sibling("something-else", 10 * KEPT_SECONDS)]
    open_for_all = sibling(names[2], 10 * KEPT_SECONDS)
    open_for_all.chmod(0o777)
    link = folder.parent / names[3]
    link.symlink_to(outside)
    os.utime(link, (0, 0), follow_symlinks=False)
    kept += [open_for_all, link]
    if AS_ROOT:
        kept.append(sibling(names[4], 10 * KEPT_SECONDS))
        os.chown(kept[-1], NOBODY, NOBODY)
    usual()
    assert not old.exists()
    assert all(path.exists() for path in kept)
    assert (outside / "of").is_dir()


def test_a_cache_in_use_stays(place: Path) -> None:
    """Its use is noted by its time, at most once a day."""
    folder = usual()
    for days, noted in ((0.9, False), (1.1, True), (1000, True)):
        used = time.time() - days * DAY
        os.utime(folder, (used, used))
        assert usual() == folder
        assert (folder.stat().st_mtime != pytest.approx(used, abs=1)) == noted


def test_private_folders_of_killed_processes_are_removed_after_a_time(place: Path) -> None:
    place.write_bytes(b"")
    left = Path(tempfile.gettempdir()) / f"{OURS}-abcd_123"
    other = left.with_name(f"{OURS}-of-something-else")
    for path in (left, other):
        path.mkdir(mode=0o700)
        os.utime(path, (0, 0))
    instead("is not a folder")
    assert not left.exists()
    assert other.exists()


def test_removing_that_fails_is_no_matter(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = usual()
    old = folder.with_name(f"{'1' * 20}-{'1' * 8}")
    old.mkdir()
    os.utime(old, (0, 0))

    def fail(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(cache.shutil, "rmtree", fail)
    assert usual() == folder
