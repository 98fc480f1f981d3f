"""Rules made ready to run: each takes a text and the places of its keywords, and gives hits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from ..model import UsageError
from . import fields, ident, surfaces
from .finding import Hit
from .globs import longest_literal, name_pattern, pieces
from .judge import Candidate, vendor_placeholder
from .patterns import Pattern, compile_pattern, fullmatcher, group_of
from .rule import Rule
from .text import WIDEST, Text, windows
from .validators import holds

_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
#: Validators that bring their own notion of a placeholder.
_JUDGING = frozenset(
    {
        "assignment",
        "placeholder",
        "url-password",
        "password",
        "material",
        "chosen-key",
        "bare",
        "bare-password",
        "random",
    }
)


class Matcher(Protocol):
    """``keywords`` are lower-case; ``spelled`` ones are compared as written once the prefilter found them."""

    rule: Rule
    keywords: tuple[str, ...]
    spelled: bool

    def meant(self, path: str) -> bool:
        """Could it find anything in a file of this path?"""

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]: ...


def matcher(rule: Rule, *, fast: bool) -> Matcher:
    """The matcher of a rule of any kind but ``path``.

    Raises:
        UsageError: its pattern is off, with the row's place.
    """
    if rule.kind == "file":
        return FileMatcher(rule)
    if rule.words:
        return WordMatcher(rule, fast)
    if rule.regex:
        return RegexMatcher(rule, fast)
    if rule.kind in ("domain", "env"):
        return NameMatcher(rule)
    if rule.names:
        return SurfaceMatcher(rule)
    raise UsageError(f"{rule.id}: needs words, regex or names", rule.location)


class _Matcher:
    """What all have: a rule that names the files it is for."""

    rule: Rule
    spelled = False

    def meant(self, path: str) -> bool:
        return self.rule.applies(path)


class WordMatcher(_Matcher):
    """Identifier-aware words; quiet in minified code and in noise."""

    def __init__(self, rule: Rule, fast: bool) -> None:
        self.rule = rule
        self.keywords = tuple({ident.word_keyword(word) for word in rule.words})
        self._patterns = [re.compile(ident.word_regex(word).encode()) for word in rule.words]

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]:
        if text.minified:
            return
        for start, end in windows(positions, len(text.raw), 64, 64):
            for pattern in self._patterns:
                for a, b in ident.places(text.raw, pattern.finditer(text.raw, start, end)):
                    yield Hit(self.rule.id, a, b, text.raw[a:b].decode("utf-8", "replace"), self.rule.rank + 5)


class RegexMatcher(_Matcher):
    """A pattern in windows around its keywords; without keywords over the whole text."""

    def __init__(self, rule: Rule, fast: bool) -> None:
        self.rule = rule
        self.spelled = not rule.regex.startswith("(?i)") and rule.dialect == "own"
        self.keywords = rule.keywords if self.spelled else tuple(word.lower() for word in rule.keywords)
        self.pattern: Pattern = compile_pattern(
            rule.regex, rule=rule.id, location=rule.location, trusted=rule.trusted, dialect=rule.dialect, fast=fast
        )
        self._value = group_of(self.pattern, "value") or (1 if rule.dialect == "re2" and _groups(rule.regex) else 0)
        self._key = group_of(self.pattern, "key")
        self._allow = [fullmatcher(source, rule.id, rule.location) for source in rule.allow]

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]:
        raw = text.raw
        around = windows(positions, len(raw), self.rule.reach) if self.keywords else [(0, len(raw))]
        seen: set[int] = set()
        for low, high in around:
            for start, end, key in self._spans(raw, low, high):
                if start not in seen and end > start and self._is_one(text, start, end, key):
                    seen.add(start)
                    yield Hit(self.rule.id, start, end, raw[start:end].decode("utf-8", "replace"), self.rule.rank)

    def _spans(self, raw: bytes, low: int, high: int) -> Iterator[tuple[int, int, str]]:
        while True:
            spans, cut = [], False
            for found in self.pattern.finditer(raw[low:high]):
                cut |= found.end() == high - low and high < len(raw)
                # A pattern may end in (?:"|$): what is behind the value counts as the match's end.
                group = self._value if self._value and found.span(self._value)[0] >= 0 else 0
                start, end = found.span(group)
                key = found.group(self._key) if self._key else b""
                spans.append((low + start, low + end, (key or b"").decode("utf-8", "replace")))
            if not cut or high - low >= WIDEST:
                yield from spans
                return
            high = min(len(raw), low + 4 * (high - low))

    def _is_one(self, text: Text, start: int, end: int, key: str) -> bool:
        raw = text.raw
        if self.rule.bounded and not bounded(raw, start, end):
            return False
        value = raw[start:end].decode("utf-8", "replace")
        if self.rule.check == "secrets" and not _JUDGING & set(self.rule.validators) and vendor_placeholder(value):
            return False
        if any(allowed(raw[start:end]) for allowed in self._allow):
            return False
        quoted = start > 0 and raw[start - 1 : start] in (b'"', b"'", b"`")
        return holds(
            self.rule.validators, self.rule.entropy, Candidate(value, key, text.path, text.line(start), quoted)
        )


class NameMatcher(_Matcher):
    """Domains and variables: globs over names that stand anywhere in a text."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.spelled = rule.kind == "env"
        literals = {longest_literal(name) for name in rule.names}
        self.keywords = tuple(literals if self.spelled else {literal.lower() for literal in literals})
        inside = "[0-9A-Za-z-]" if rule.kind == "domain" else "[0-9A-Za-z_]"
        across = "[0-9A-Za-z.-]*" if rule.kind == "domain" else "[0-9A-Za-z_]*"
        body = "|".join(_as_regex(name, across) for name in rule.names)
        head = rf"(?:(?<![0-9A-Za-z_@-])(?:{inside}+\.)*?)" if rule.kind == "domain" else r"(?<![0-9A-Za-z_])"
        tail = r"(?![0-9A-Za-z_-]|\.[0-9A-Za-z])" if rule.kind == "domain" else r"(?![0-9A-Za-z_])"
        self._pattern = re.compile(f"{'(?i)' if rule.kind == 'domain' else ''}{head}(?:{body}){tail}".encode())

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]:
        if text.minified:
            return
        for start, end in windows(positions, len(text.raw), 160, 160):
            for found in self._pattern.finditer(text.raw, start, end):
                value = found[0].decode("utf-8", "replace")
                yield Hit(self.rule.id, found.start(), found.end(), value, self.rule.rank + 1)


class SurfaceMatcher(_Matcher):
    """Packages, images, imports: names that a format or a command puts in their place."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._names = [surfaces.ecosystem(name) for name in rule.names]
        self.keywords = tuple({word for name in rule.names for word in surfaces.keywords(rule.kind, name)})

    def meant(self, path: str) -> bool:
        return surfaces.meant(self.rule.kind, path) and super().meant(path)

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]:
        for place in surfaces.extract(self.rule.kind, text, positions):
            for system, name in self._names:
                if system in ("", place.system) and name_pattern(name).match(place.name):
                    yield Hit(self.rule.id, place.start, place.end, place.name, self.rule.rank)
                    break


class FileMatcher(_Matcher):
    """A format that text alone misreads: the value and the name beside it come from its parser."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.keywords = tuple(word.lower() for word in rule.keywords)
        if rule.parser not in fields.PARSERS:
            raise UsageError(
                f"{rule.id}: no parser {rule.parser!r} (known: {', '.join(sorted(fields.PARSERS))})", rule.location
            )

    def find(self, text: Text, positions: Sequence[int]) -> Iterator[Hit]:
        if text.decoded:
            return
        for field in fields.PARSERS[self.rule.parser](text):
            found = Candidate(field.value, field.key, text.path, text.line(field.start))
            if holds(self.rule.validators, self.rule.entropy, found):
                yield Hit(self.rule.id, field.start, field.end, field.value, self.rule.rank)


def bounded(raw: bytes, start: int, end: int) -> bool:
    r"""No letter or digit touches the value; the ``n`` of a ``\n`` and the hex of a ``%3D`` are none."""
    if end < len(raw) and raw[end] in _ALNUM and raw[end - 1] in _ALNUM:
        return False
    if start == 0 or raw[start - 1] not in _ALNUM:
        return True
    return ident._escape_before(raw, start)


def _as_regex(glob: str, across: str) -> str:
    return "".join(across if piece[0] == "*" else re.escape(piece) for piece in pieces(glob))


def _groups(source: str) -> bool:
    return re.search(r"(?<!\\)\((?!\?)", source) is not None
