"""Policy files that nobody can go by: missing, empty, broken, cut off, of another kind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

#: What is written in place of the policy, from what was rendered.
Spoil = Callable[[str], bytes]

UNREADABLE: Mapping[str, Callable[[Path], None]] = {
    "missing": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "dangling-link": lambda path: path.symlink_to(path.with_name("nowhere")),
    "link-to-itself": lambda path: path.symlink_to(path),
    "pipe": lambda path: os.mkfifo(path),
    "null-device": lambda path: path.symlink_to("/dev/null"),
}

BROKEN: Mapping[str, Spoil] = {
    "empty": lambda text: b"",
    "blank": lambda text: b"\n\n  \n",
    "garbage": lambda text: b"%!?* this is no policy {{{{\n",
    "binary": lambda text: bytes(range(256)) * 4,
    "error-page": lambda text: b"<html><body><h1>502 Bad Gateway</h1></body></html>\n",
    "zeros": lambda text: b"\0" * len(text),
    "bad-utf-8": lambda text: text.encode().replace(b"a", b"\xff\xfe", 3),
    "garbage-first": lambda text: b"}}}\n" + text.encode(),
}

#: Shares of the file that were written when the writer died.
CUTS = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97)

JSON_ONLY: Mapping[str, Spoil] = {
    "null": lambda text: b"null",
    "list": lambda text: b"[]",
    "no-keys": lambda text: b"{}",
    "other-version": lambda text: _with(text, version=2),
    "unknown-mode": lambda text: _with(text, mode="open"),
    "allow-is-text": lambda text: _with(text, allow="everything"),
    "allow-is-null": lambda text: _with(text, allow=None),
    "rule-without-name": lambda text: _with(
        text, allow=[{"host": None, "suffix": None, "ports": [80], "schemes": ["http"], "methods": []}]
    ),
    "rule-with-empty-suffix": lambda text: _with(
        text, allow=[{"host": None, "suffix": "", "ports": [80, 443], "schemes": ["http", "https"], "methods": []}]
    ),
    "two-documents": lambda text: text.encode() + text.encode(),
}


def _with(text: str, **more: object) -> bytes:
    return json.dumps({**json.loads(text), **more}).encode()


def cut(text: str, share: float) -> bytes:
    """The beginning of the file: a writer died, or a reader came too early."""
    return text.encode()[: int(len(text.encode()) * share)]


def clear(path: Path) -> None:
    """Remove whatever lies there."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
