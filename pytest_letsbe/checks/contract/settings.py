"""How a run generates and what it leaves out; the ways there lead round proxies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from ...api.description import Operation

#: One answer may take so many seconds, one whole run so many.
ANSWER, RUN = 30.0, 900.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run generates: the same settings and server give the same requests."""

    phases: tuple[str, ...]
    checks: tuple[str, ...]
    max_examples: int
    seed: int | None
    exclude: tuple[str, ...] = ()
    config: Path | None = None
    auth: dict[str, dict[str, str]] = field(default_factory=dict)


def is_excluded(operation: Operation, patterns: tuple[str, ...]) -> bool:
    """Patterns are ``/internal/*`` or ``POST /shutdown``."""
    return any(fnmatchcase(operation.label if " " in p else operation.path, p) for p in patterns)


@contextmanager
def directly(url: str) -> Iterator[None]:
    """Around a run: the server under test is never asked through a proxy that the environment names."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    host = urlsplit(url).hostname or ""
    os.environ.update({name: ",".join(filter(None, (value, host))) for name, value in before.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
