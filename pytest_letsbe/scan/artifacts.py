"""Archives and images: every member is judged as a file, with limits that no bomb passes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeAlias

from .engine import Engine
from .tree import Scan

MOST_MEMBERS = 100_000
MOST_BYTES = 1024 * 1024 * 1024
MOST_MEMBER = 32 * 1024 * 1024
MOST_RATIO = 200
DEPTH = 3
_ARCHIVES = (
    ".zip",
    ".whl",
    ".jar",
    ".apk",
    ".ipa",
    ".aab",
    ".war",
    ".nupkg",
    ".tar",
    ".tgz",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tbz2",
    ".txz",
    ".gz",
)

#: Name, size as told, and a way to read no more than so many bytes.
_Member: TypeAlias = tuple[str, int, Callable[[int], bytes]]


@dataclass(slots=True)
class _Budget:
    members: int = 0
    bytes: int = 0
    source: int = 0

    def take(self, size: int) -> bool:
        self.members += 1
        self.bytes += size
        ratio = self.bytes > MOST_MEMBER and self.bytes > MOST_RATIO * max(self.source, 1)
        return self.members <= MOST_MEMBERS and self.bytes <= MOST_BYTES and not ratio


def is_archive(name: str) -> bool:
    return name.lower().endswith(_ARCHIVES)


def scan_artifact(engine: Engine, path: Path, shown: str) -> Scan:
    """Judge every member of an archive, those of archives inside it too; a plain file is judged as itself."""
    result = Scan()
    result.stats.files += 1
    try:
        raw_size = path.stat().st_size
        budget = _Budget(source=raw_size)
        if not _looks_archived(path):
            raw = path.read_bytes()[:MOST_BYTES]
            _judge(engine, shown, raw, result)
            return result
        with path.open("rb") as file:
            for name, content in _members(file, path.name, shown, budget, result, 1):
                result.stats.members += 1
                _judge(engine, name, content, result)
    except (
        OSError,
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        result.stats.holes.append(f"{shown}: can't be read as an archive ({type(error).__name__})")
    result.findings.sort()
    return result


def _looks_archived(path: Path) -> bool:
    with path.open("rb") as file:
        return _kind(file) != ""


def _kind(file: IO[bytes]) -> str:
    head = file.read(265)
    file.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return "packed"
    return "tar" if head[257:262] == b"ustar" else ""


def _members(
    file: IO[bytes], name: str, shown: str, budget: _Budget, result: Scan, depth: int
) -> Iterator[tuple[str, bytes]]:
    kind = _kind(file)
    for member, size, opened in _zip(file) if kind == "zip" else _tar(file, kind, name):
        inside = f"{shown}!{member}"
        if not budget.take(size):
            result.stats.holes.append(
                f"{shown}: more than {MOST_MEMBERS:,} members, {MOST_BYTES:,} bytes or {MOST_RATIO}x: a bomb?"
            )
            return
        if size > MOST_MEMBER:
            result.stats.leave_out("huge", inside)
            continue
        content = opened(MOST_MEMBER + 1)
        if len(content) > MOST_MEMBER or len(content) > size + 1024:  # its header lied
            result.stats.leave_out("huge", inside)
            continue
        inner = io.BytesIO(content)
        if _kind(inner) and depth < DEPTH:
            budget.source += len(content)
            try:
                yield from _members(inner, member, inside, budget, result, depth + 1)
            except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, ValueError):
                yield inside, content
        else:
            yield inside, content


def _zip(file: IO[bytes]) -> Iterator[_Member]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue

            def opened(most: int, info: zipfile.ZipInfo = info) -> bytes:
                with archive.open(info) as member:
                    return member.read(most)

            yield info.filename, info.file_size, opened


def _tar(file: IO[bytes], kind: str, name: str) -> Iterator[_Member]:
    try:
        archive = tarfile.open(fileobj=file, mode="r:*")  # noqa: SIM115  # closed below, unless it is no tar
    except tarfile.ReadError:
        if kind != "packed":
            raise
        file.seek(0)  # one packed file: foo.sql.gz
        yield name.rpartition(".")[0] or "content", 0, lambda most: _unpacked(file, most)
        return
    with archive:
        for info in archive:
            if info.isfile():

                def opened(most: int, info: tarfile.TarInfo = info) -> bytes:
                    member = archive.extractfile(info)
                    return member.read(most) if member else b""

                yield info.name, info.size, opened


def _unpacked(file: IO[bytes], most: int) -> bytes:
    with gzip.GzipFile(fileobj=file) as packed:
        return packed.read(most)


def _judge(engine: Engine, shown: str, raw: bytes, result: Scan) -> None:
    inner = shown.rpartition("!")[2]
    result.findings += [replace(named, path=engine.shown(shown)) for named in engine.judge_path(inner)]
    judged = engine.judge(inner, raw, shown=engine.shown(shown))
    if judged is None:
        result.stats.leave_out("binary")
        return
    result.stats.scanned += 1
    result.stats.bytes += len(raw)
    result.findings += judged.findings
    result.allows += judged.allows
