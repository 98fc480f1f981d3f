"""Which files a tree has: what git tracks and what it would, submodules too; without git, what the folders hold."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from .content import PROBE, text_of
from .stats import Stats

#: Folders nobody wrote, when no .gitignore tells: counted as excluded.
SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".letsbe", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
#: A file up to this is read at once; of a larger one its beginning is looked at before the rest is read.
SMALL = 65_536
#: A regular file that git watches, as nearly all are.
_PLAIN = b"H 100"
_SUBMODULE, _SYMLINK = "160000", "120000"


class Entry(NamedTuple):
    """A file below the root; ``blob`` is git's id when the file is as committed to the index.

    ``untracked`` says that git was asked and doesn't know it.
    """

    path: str
    blob: str | None = None
    untracked: bool = False


def files(root: Path, stats: Stats, *, use_git: bool = True) -> list[Entry]:
    """All files, sorted by path. Symbolic links are counted and never followed: what they point at is either
    below the root, then it is scanned at its own place, or none of this repo."""
    found: dict[str, Entry] = {}
    if use_git:
        listed = _git_files(root, "", stats)
        if listed is not None:
            stats.source = "git"
            found = {entry.path: entry for entry in listed}
            return [found[path] for path in sorted(found)]
    stats.source = "folders"
    found = {entry.path: entry for entry in _folder_files(root, stats)}
    return [found[path] for path in sorted(found)]


def _git(root: Path, *commands: Sequence[str]) -> list[bytes] | None:
    """What git prints to each command, asked side by side; None when it has no answer to one of them."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k == "GIT_CONFIG_GLOBAL"}
    start = ("git", "-C", os.fspath(root), "-c", "core.quotepath=off", "-c", "core.fsmonitor=false")
    with ExitStack() as running:
        try:
            asked = [
                running.enter_context(
                    subprocess.Popen(
                        [*start, *command],
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        env=environment | {"GIT_OPTIONAL_LOCKS": "0"},
                    )
                )
                for command in commands
            ]
        except OSError:
            return None
        answers = [one.communicate()[0] for one in asked]
    return answers if all(one.returncode == 0 for one in asked) else None


def _git_files(root: Path, prefix: str, stats: Stats) -> list[Entry] | None:
    inside = _git(root, ["rev-parse", "--is-inside-work-tree"])
    if inside is None or inside[0].strip() != b"true":
        if (root / ".git").exists():
            stats.notes.append(f"git can't read {prefix or 'the repository'}: every file of the folder was taken")
        return None
    told = _git(
        root,
        ["ls-files", "-s", "-v", "-z"],
        ["ls-files", "--others", "--exclude-standard", "-z"],
        ["diff-files", "--name-only", "--relative", "-z"],
    )
    if told is None:
        return None
    staged, others, changed = told
    dirty = {os.fsdecode(name) for name in changed.split(b"\0") if name}
    entries: list[Entry] = []
    for line in staged.split(b"\0"):
        if line.startswith(_PLAIN) and (path := os.fsdecode(line[line.index(b"\t") + 1 :])) not in dirty:
            entries.append(Entry(prefix + path, line.split(b" ", 3)[2].decode("ascii")))
        elif line:
            entries += _tracked(root, prefix, line, dirty, stats)
    for name in others.split(b"\0"):
        path = os.fsdecode(name)
        if not path:
            continue
        if path.endswith("/"):  # a repository inside the repository, not a submodule
            entries += _nested(root, prefix, path.rstrip("/"), stats)
        else:
            entries.append(Entry(prefix + path, untracked=True))
    return entries


def _tracked(root: Path, prefix: str, line: bytes, dirty: set[str], stats: Stats) -> Iterator[Entry]:
    meta, _, name = line.partition(b"\t")
    flag, mode, blob, _stage = meta.decode("ascii").split(" ")
    path = os.fsdecode(name)
    if mode == _SUBMODULE:
        yield from _nested(root, prefix, path, stats)
    elif mode == _SYMLINK:
        stats.leave_out("symlink")
    elif path in dirty or flag != "H":  # assume-unchanged and skip-worktree hide changes from git
        if (root / path).exists() and _inside(root, path):
            yield Entry(prefix + path)
    else:
        yield Entry(prefix + path, blob)


def _inside(root: Path, path: str) -> bool:
    """A folder that git tracks may have become a link that leads out of the root."""
    return (root / path).parent.resolve().is_relative_to(root.resolve())


def _nested(root: Path, prefix: str, path: str, stats: Stats) -> Iterator[Entry]:
    folder = root / path
    if folder.is_symlink() or not folder.is_dir():
        return
    if (folder / ".git").exists():
        listed = _git_files(folder, f"{prefix}{path}/", stats)
        if listed is not None:
            yield from listed
            return
    for entry in _folder_files(folder, stats):
        yield Entry(f"{prefix}{path}/{entry.path}")


def _folder_files(root: Path, stats: Stats) -> Iterator[Entry]:
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            children = sorted(os.scandir(root / folder), key=lambda child: child.name)
        except OSError:
            stats.leave_out("unreadable", folder or ".")
            continue
        for child in children:
            path = f"{folder}/{child.name}" if folder else child.name
            if child.is_symlink():
                stats.leave_out("symlink")
            elif child.is_dir(follow_symlinks=False):
                if child.name in SKIPPED_FOLDERS:
                    stats.leave_out("excluded")
                else:
                    pending.append(path)
            else:
                yield Entry(path)


def read(root: Path, path: str, most: int) -> bytes | str:
    """The bytes of a regular file, or the reason why there are none. A pipe or a device is never opened."""
    try:
        descriptor = os.open(f"{root}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        return "gone" if gone else "symlink" if (root / path).is_symlink() else _special_or(root / path)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return "special"
        return _content(descriptor, facts.st_size, most)
    except OSError:
        return "unreadable"
    finally:
        os.close(descriptor)


def _content(descriptor: int, size: int, most: int) -> bytes | str:
    """All of it, unless its beginning says that it is a binary."""
    head = os.read(descriptor, (size if size <= SMALL else PROBE) + 1)
    if b"\0" in head[:PROBE] and text_of(head[:PROBE]) is None:
        return "binary"
    if size > most:
        return "huge"
    if len(head) == size:  # as nearly always: one byte more was asked for, so this is its end
        return head
    parts = [head]
    while part := os.read(descriptor, max(size - sum(map(len, parts)), 65_536)):
        parts.append(part)
    return b"".join(parts)


def _special_or(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "unreadable"
    return "unreadable" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "special"
