"""Values that the caller handed in: gone wherever they stand, whatever they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .escapes import WALL, fold
from .finding import Finding
from .view import EDGE, Builder, View

_SPACE = re.compile(rf"[\s{EDGE}]+")
_LINE = 8
#: Shorter values would hit within ordinary words.
_WORD = 4


class Registered:
    """The values of one call, prepared for searching many readings."""

    def __init__(self, secrets: Sequence[str]) -> None:
        forms: dict[str, None] = {}
        for secret in secrets:
            lines = [line.strip() for line in secret.splitlines()]
            for form in (secret, secret.strip(), *(line for line in lines if len(line) >= _LINE)):
                if form.strip():
                    for spelt in (form, fold(form), *_wide(form)):
                        forms[spelt] = None
        self._values = sorted(forms, key=lambda value: (-len(value), value))
        long = dict.fromkeys(squashed for value in self._values if len(squashed := _SPACE.sub("", value)) >= _LINE)
        self._squashed = sorted(long, key=lambda value: (-len(value), value))
        self._spaced = any(" " in value for value in self._values)

    def __bool__(self) -> bool:
        return bool(self._values)

    def find(self, view: View) -> Iterator[Finding]:
        """Every occurrence in one reading, also one that is broken by white space or spaced with a plus."""
        text = view.text.replace(WALL, '"')
        yield from _occurrences(text, self._values)
        if self._spaced and "+" in text:
            yield from _occurrences(text.replace("+", " "), self._values)
        squashed = "".join(text.replace(EDGE, "").split())
        if len(squashed) != len(text) and any(value in squashed for value in self._squashed):
            tight = _tight(text)
            for finding in _occurrences(tight.text, self._squashed):
                [(start, end)] = tight.raw(finding.start, finding.end)
                yield Finding(start, end, finding.kind)


def _wide(value: str) -> Iterator[str]:
    """UTF-16 that was read as Latin-1, where leaving the zero bytes out isn't enough."""
    if any(char > "\xff" for char in value):
        for encoding in ("utf-16-le", "utf-16-be"):
            yield value.encode(encoding, "surrogatepass").decode("latin-1")


def _tight(text: str) -> View:
    """A text without its white space."""
    builder, at = Builder(View(text)), 0
    for match in _SPACE.finditer(text):
        builder.keep(at, match.start())
        at = match.end()
    builder.keep(at, len(text))
    return builder.view()


def _occurrences(text: str, values: Sequence[str]) -> Iterator[Finding]:
    for value in values:
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if len(value) >= _WORD or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                yield Finding(at, end, "registered")
            # Overlapping occurrences merge: from the next character on, or `aa` would survive in `aaa`.
            at = text.find(value, end if len(value) < _LINE else at + 1)
