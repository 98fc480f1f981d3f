"""Where a secret is held, from the outside in: the document, its leaves, lines, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from . import documents, fields, shapes
from .decodings import readings, visible
from .shapes import Span

STARS = "***"


class Cleaner:
    """Replaces the smallest whole thing that holds a secret: a value, a leaf, a word, at worst a line.

    Whether something holds one is asked of all its readings, and asked again of the output: what comes back holds none,
    so that a second pass changes nothing.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        forms = {form for secret in secrets for form in (secret, secret.strip(), visible(secret)) if form.strip()}
        lines = {line.strip() for secret in secrets for line in secret.splitlines() if len(line.strip()) >= 8}
        self._registered = sorted(forms | lines, key=lambda form: (-len(form), form))

    def clean(self, text: str, media_type: str = "") -> str:
        if not self.holds(text):
            return text
        for step in self._steps(text, media_type):
            text = step(text)
            if not self.holds(text):
                return text
        return STARS

    def holds(self, text: str) -> bool:
        """Whether any reading of the text shows a secret."""
        return any(next(self._spans(reading), None) is not None for reading in readings(text))

    def _spans(self, text: str) -> Iterator[Span]:
        for form in self._registered:
            at = text.find(form)
            while at >= 0:
                end = at + len(form)
                if len(form) >= 4 or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                    yield at, end
                at = text.find(form, at + 1 if len(form) >= 8 else end)
        yield from shapes.find(text)
        yield from fields.find(text)

    def _steps(self, text: str, media_type: str) -> Iterator[Callable[[str], str]]:
        """From the most exact way to the one that always helps."""
        kind = media_type.partition(";")[0].strip().lower()
        start = text.lstrip()[:1]
        if "\ndata:" in text or text.startswith("data:") or "\n{" in text:
            yield lambda text: documents.stream(text, self._leaf)
        if start in ("{", "["):
            yield lambda text: documents.json_text(text, self._leaf)
        if kind == "text/csv":
            yield lambda text: documents.table(text, self._leaf)
        if start == "<" and ("</" in text or "/>" in text):
            yield lambda text: documents.markup(text, self._leaf)
        if "=" in text and ("&" in text or "?" in text or "%" in text):
            yield lambda text: documents.pairs(text, self._leaf)
        yield lambda text: _quoted_scalars(self._plain(text)) if kind.endswith("yaml") else self._plain(text)
        yield lambda text: documents.literals(text, self._leaf)
        yield self._blocks
        yield self._lines

    def _leaf(self, value: str, name: str) -> str:
        """A leaf that holds a secret goes whole, unless it is a document of its own."""
        sort = fields.sort_of(name)
        if sort and fields.plausible(value, sort):
            return STARS
        if not self.holds(value):
            return value
        return self.clean(value) if value.lstrip()[:1] in ("{", "[", "<") or "\ndata:" in value else STARS

    def _plain(self, text: str) -> str:
        """Values, tokens and blocks that stand there as they are."""
        pieces, at = [], 0
        for start, end in _merged(_word(text, *span) for span in self._spans(text)):
            pieces += [text[at:start], STARS]
            at = end
        return "".join([*pieces, text[at:]])

    def _blocks(self, text: str) -> str:
        """Things of several lines that one line alone doesn't give away: key blocks, wrapped base64."""
        text = _WRAPPED.sub(lambda match: STARS if self.holds(match[0]) else match[0], text)
        lines, inside = text.splitlines(keepends=True), False
        for number, line in enumerate(lines):
            shown = [*readings(line)] if inside or len(line) < 2000 else []
            begins = any("-----BEGIN" in reading and "PRIVATE KEY" in reading for reading in shown)
            ends = any("-----END" in reading for reading in shown)
            if begins or inside:
                lines[number] = STARS + line[len(line.rstrip("\r\n")) :]
            inside = (inside or begins) and not ends
        return "".join(lines)

    def _lines(self, text: str) -> str:
        return "".join(self._line(line) if self.holds(line) else line for line in text.splitlines(keepends=True))

    def _line(self, line: str) -> str:
        """The words that hold a secret, or the whole line where none does alone."""
        words = [STARS if word.strip() and self.holds(word) else word for word in re.split(r"(\s+)", line)]
        output = "".join(words)
        return output if not self.holds(output) else STARS + line[len(line.rstrip("\r\n")) :]


_WRAPPED = re.compile(r"[A-Za-z0-9+/]{60,76}(?:\r?\n[ \t+>|]*[A-Za-z0-9+/]+={0,2}(?=[ \t]*[\r\n\"'`<]|\Z))+")
_SCALAR = re.compile(r"^([ \t]*(?:- )?[\w.-]+:[ \t]+)([^\s\"'|>].*\*\*\*.*|\*\*\*.*)$", re.MULTILINE)


def _quoted_scalars(text: str) -> str:
    """In YAML a bare star begins an alias."""
    return _SCALAR.sub(lambda match: f"{match[1]}'{STARS}'", text)


_BORDER = re.compile(r"[\s\"'`<>()\[\]{}&?,;=|]")


def _word(text: str, start: int, end: int) -> Span:
    """The span as far as no space, quote or border of a field is in the way."""
    while start > 0 and not _BORDER.match(text, start - 1):
        start -= 1
    border = _BORDER.search(text, end)
    return start, border.start() if border else len(text)


def _merged(spans: Iterator[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif end > start:
            merged.append((start, end))
    return merged
