"""Clean blobs are remembered, so that the next scan only reads what changed. Nothing of a finding is ever stored."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

FOLDER = ".letsbe/cache"
_SIZE = 16
#: Above this the set is started anew: blobs of years pile up.
_MOST = 2_000_000


class Cache:
    """Keys are made of the engine's key (version and rules), the blob's id, and the path, on which rules depend too."""

    def __init__(self, root: Path, engine_key: str, *, enabled: bool = True) -> None:
        self._file = root / FOLDER / f"scan-{engine_key[:16]}"
        self._root = root
        self._seed = bytes.fromhex(engine_key)
        self._enabled = enabled
        self._known = self._load() if enabled else set()
        self._new: set[bytes] = set()

    def key(self, path: str, blob: str) -> bytes:
        text = f"{blob}\0{path}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(text, digest_size=_SIZE, key=self._seed[:32]).digest()

    def clean(self, path: str, blob: str | None) -> bool:
        """Was this blob at this path found clean by these rules?"""
        return self._enabled and blob is not None and self.key(path, blob) in self._known

    def remember(self, path: str, blob: str | None) -> None:
        if self._enabled and blob is not None:
            self._new.add(self.key(path, blob))

    def save(self) -> None:
        """Write what is new; a folder that can't be written costs time, no result."""
        if not self._new <= self._known:
            keys = self._new if len(self._known) > _MOST else self._known | self._new
            try:
                self._write(keys)
            except OSError:
                return

    def _load(self) -> set[bytes]:
        if self._file.is_symlink() or (self._root / ".letsbe").is_symlink():  # not ours
            return set()
        try:
            raw = self._file.read_bytes()
        except OSError:
            return set()
        sealed, body = raw[:_SIZE], raw[_SIZE:]
        if sealed != self._seal(body) or len(body) % _SIZE:  # cut off, or written by something else
            return set()
        return {body[i : i + _SIZE] for i in range(0, len(body), _SIZE)}

    def _seal(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, digest_size=_SIZE, key=self._seed[:32]).digest()

    def _write(self, keys: Iterable[bytes]) -> None:
        folder = self._file.parent
        folder.mkdir(parents=True, exist_ok=True)
        ignore = self._root / ".letsbe" / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        body = b"".join(sorted(keys))
        descriptor, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._seal(body) + body)
        Path(name).replace(self._file)  # two scans at once: the last one wins, whole
