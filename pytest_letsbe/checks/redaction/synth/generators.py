"""Every ``{generator}`` that a template may name."""

from __future__ import annotations

from . import artefacts, chars, checksums, jwt, pem, personal, seeds, vendors, words
from .context import Generator

GENERATORS: dict[str, Generator] = {}

for _module in (chars, words, checksums, vendors, jwt, pem, seeds, personal, artefacts):
    for _name, _generator in _module.GENERATORS.items():
        if GENERATORS.setdefault(_name, _generator) is not _generator:
            raise ImportError(f"two generators are called {_name!r}")
