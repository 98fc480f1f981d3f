"""What the parsers share: a field, which names are secrets', base64 that is text."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from .. import names

_SECRET_NAME = re.compile(
    r"(?:^|[_.\-/]|(?<=[a-z])(?=[A-Z]))(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|auth[_.-]?key|credentials?|salt|dsn"
    r"|encryption[_.-]?key|signing[_.-]?key|secret[_.-]?key|jwt[_.-]?key|master[_.-]?key|cookie[_.-]?key)(?=$|[_.\-\d]|[A-Z])",
    re.IGNORECASE,
)

_ANY_NAME = re.compile(
    rf"(?:^|[_.\-/]|(?<=[a-z])(?=[A-Z])){names.pattern('secret')}(?=$|[_.\-\d]|[A-Z])|(?:pass(?:word|wd)?|pwd|secret|token|apikey)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A value and the name beside it; ``start`` and ``end`` point into the file as it is."""

    key: str
    value: str = field(repr=False)
    start: int
    end: int


def is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def may_be_secret_name(name: str) -> bool:
    """Also names of what may be something else: where the value is judged beside its name."""
    return is_secret_name(name) or _ANY_NAME.search(name) is not None


def field_of(found: re.Match[bytes], key: str = "key", value: str = "value") -> Field:
    groups = found.re.groupindex
    name = (found[key] or b"").decode("utf-8", "replace") if key in groups else key
    return Field(name, found[value].decode("utf-8", "replace"), found.start(value), found.end(value))


def plain_text(value: str) -> str | None:
    try:
        return base64.b64decode(value.strip() + "=" * (-len(value.strip()) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
