"""The secrets of a run: ours that went in by variables, its own that it made, and where any of them shows."""

from __future__ import annotations

import base64
import secrets as randomness
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...masking import describe
from .rootfs import Rootfs, content
from .sandbox import Run
from .shims import commands

#: A line of a file shorter than this isn't taken for a secret.
_SHORTEST = 8
#: Lines that frame a key.
_FRAMES = (b"-----", b"#")


def made_up(names: list[str]) -> dict[str, str]:
    """A value for each variable that carries a secret in; the manifest's own, if any, never goes inside."""
    return {name: f"letsbe-{randomness.token_hex(16)}" for name in names if not name.startswith("/")}


def values(rootfs: Rootfs, given: Mapping[str, str], files: list[str]) -> dict[bytes, str]:
    """Every secret with what it is called; of a file its longer lines, or what stands behind a ``=`` or ``: ``."""
    found = {value.encode(): name for name, value in given.items()}
    for file in files:
        for line in content(rootfs.tree / file.lstrip("/")).splitlines():
            line = line.strip()
            for part in (line, line.partition(b"=")[2], line.partition(b": ")[2]):
                part = part.strip(b" \"',")
                if len(part) >= _SHORTEST and not part.startswith(_FRAMES):
                    found.setdefault(part, file)
    return found


def shown(where: str, data: bytes, known: Mapping[bytes, str]) -> Iterator[str]:
    """A sentence for each secret that stands in the data, in clear or in base64."""
    for value, name in known.items():
        encoded = base64.b64encode(value).rstrip(b"=")[:-1]
        if value in data or (len(value) >= _SHORTEST and encoded in data):
            yield f"{where} shows the secret of {name}: {describe('secret', value.decode('utf-8', 'replace'))}"


def in_logs(rootfs: Rootfs, run: Run, known: Mapping[bytes, str]) -> Iterator[str]:
    """stdout, stderr and everything below /var/log, or called a log elsewhere."""
    yield from shown("the output", run.output, known)
    for name, path in rootfs.paths():
        if name.startswith("var/log/") or name.endswith(".log"):
            yield from shown(f"/{name}", content(path), known)


def in_arguments(run: Run, known: Mapping[bytes, str]) -> Iterator[str]:
    """The arguments of every command, and whatever the process list showed."""
    told: set[str] = set()
    for command in commands(run.arguments):
        name = command[0].decode("utf-8", "replace") if command else "?"
        for sentence in shown(f"the command line of `{name}`", b"\0".join(command), known):
            told.add(sentence)
            yield sentence
    if not told:
        yield from shown("the process list", run.seen, known)


def open_files(rootfs: Rootfs, known: Mapping[bytes, str], files: list[str]) -> Iterator[str]:
    """Files with a secret that any user may read: their own mode and that of every folder above let them."""
    declared = {file.lstrip("/") for file in files}
    closed: list[str] = []
    for name, path in rootfs.paths():
        mode = path.lstat().st_mode
        if any(name.startswith(one + "/") for one in closed):
            continue
        if stat.S_ISDIR(mode):
            if not mode & stat.S_IXOTH:
                closed.append(name)
        elif stat.S_ISREG(mode) and mode & (stat.S_IROTH | stat.S_IWOTH):
            holds = [called for value, called in known.items() if value in content(path)]
            if holds or name in declared:
                yield f"/{name} holds the secret of {holds[0] if holds else name} and has mode {mode & 0o7777:04o}"


def missing(rootfs: Rootfs, files: list[str]) -> list[str]:
    return [file for file in files if not Path(rootfs.tree / file.lstrip("/")).is_file()]
