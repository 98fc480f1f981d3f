"""A disposable root: fresh folders that may be written, the host's /usr that may not, and what is left in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import shims

#: Writable inside; everything else is the host's /usr.
WRITABLE = ("etc", "var", "srv", "home", "root", "opt", "run", "tmp")
_MODES = {"root": 0o700, "tmp": 0o1777}
#: Not part of the state: what any run writes anew.
_PASSING = ("tmp", "run", "var/log", "var/cache", "var/tmp")
#: Of the host's /etc: what programs of /usr need to start at all.
_FROM_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "nsswitch.conf", "login.defs", "os-release")
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a state: type and mode, owner, and the digest of its content or link."""

    mode: int
    owner: tuple[int, int]
    digest: str
    size: int


class Rootfs:
    """The folders of one disposable root on the host."""

    def __init__(self, stubs: list[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="letsbe-smoke-"))
        self.tree = self.folder / "tree"
        self.own = self.folder / "letsbe"
        for name in WRITABLE:
            (self.tree / name).mkdir(parents=True)
            (self.tree / name).chmod(_MODES.get(name, 0o755))
        self.own.mkdir()
        self.own.chmod(0o755)
        shims.write(self.own, stubs)
        (self.own / "audit").mkdir()
        (self.own / "audit").chmod(0o777)
        os.mkfifo(self.own / "audit" / "never")
        (self.own / "audit" / "arguments").touch()
        (self.own / "audit" / "arguments").chmod(0o666)
        (self.tree / "etc" / "alternatives").mkdir()
        self.stubs = tuple(stubs)
        self._fill()

    def _fill(self) -> None:
        etc = self.tree / "etc"
        for name in _FROM_ETC:
            source = Path("/etc") / name
            if source.is_symlink() or source.is_file():
                shutil.copy2(source, etc / name, follow_symlinks=True)
            elif source.is_dir():
                shutil.copytree(source, etc / name, symlinks=True)
        for name in ("passwd", "group"):
            lines = (Path("/etc") / name).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            kept = [line for line in lines if set(line.split(":")[2:3]) <= _SYSTEM_IDS]
            (etc / name).write_text("".join(kept), encoding="utf-8")
        (etc / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="utf-8")
        (etc / "hostname").write_text("letsbe\n", encoding="utf-8")
        for name in ("var/log", "var/lib", "var/tmp", "var/cache", "etc/systemd/system"):
            (self.tree / name).mkdir(parents=True, exist_ok=True)
        (self.tree / "var" / "tmp").chmod(0o1777)

    def paths(self) -> Iterator[tuple[str, Path]]:
        """Every path inside (without its first slash) with its place on the host, sorted."""
        pending = list(WRITABLE[::-1])
        while pending:
            name = pending.pop()
            path = self.tree / name
            yield name, path
            if path.is_dir() and not path.is_symlink():
                try:
                    pending += sorted((f"{name}/{one.name}" for one in path.iterdir()), reverse=True)
                except OSError:
                    continue

    def state(self) -> dict[str, Entry]:
        """What counts of the tree: paths, modes, owners, contents; no times, no logs."""
        found = {}
        for name, path in self.paths():
            if any(name == one or name.startswith(one + "/") for one in _PASSING):
                continue
            facts = path.lstat()
            found[name] = Entry(facts.st_mode, (facts.st_uid, facts.st_gid), _digest(path, facts), facts.st_size)
        return found

    def close(self) -> None:
        for folder, names, _ in os.walk(self.folder):  # a folder of mode 0 can't be emptied by its owner
            for name in names:
                one = Path(folder) / name
                if not one.is_symlink() and not os.access(one, os.R_OK | os.W_OK | os.X_OK):
                    one.chmod(0o700)
        shutil.rmtree(self.folder, ignore_errors=True)


_SYSTEM_IDS = frozenset(map(str, (*range(1000), 65534)))


def _digest(path: Path, facts: os.stat_result) -> str:
    if stat.S_ISLNK(facts.st_mode):
        return f"-> {path.readlink()}"
    if not stat.S_ISREG(facts.st_mode):
        return ""
    return hashlib.sha256(content(path)).hexdigest()


def content(path: Path) -> bytes:
    """The beginning of a regular file; nothing of anything else, never through a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_MOST_BYTES) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""


def differences(old: dict[str, Entry], new: dict[str, Entry], varying: frozenset[str] = frozenset()) -> list[str]:
    """Sentences, sorted by path; of ``varying`` paths the content isn't compared."""
    said = []
    for name in sorted({*old, *new}):
        one, other = old.get(name), new.get(name)
        if one is None or other is None:
            said.append(f"/{name} {'is new' if one is None else 'is gone'}")
        elif one.mode != other.mode:
            said.append(f"/{name} has mode {other.mode & 0o7777:04o} and had {one.mode & 0o7777:04o}")
        elif one.owner != other.owner:
            said.append(
                f"/{name} belongs to {other.owner[0]}:{other.owner[1]} and belonged to {one.owner[0]}:{one.owner[1]}"
            )
        elif one.digest != other.digest and (name not in varying or (one.size > 0) != (other.size > 0)):
            said.append(f"/{name} has another content ({other.size} bytes, {one.size} before)")
    return said
