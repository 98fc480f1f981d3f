"""Work that grows with the square of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor


class _Slow(ReferenceRedactor):
    """Does ``work`` on each text before the reference does its own."""

    def work(self, text: str) -> None:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None:
            self.work(text)
        return super().redact(text=text, **rest)


class QuadraticEmail(_Slow):
    """The pattern for addresses begins at every letter and runs to the end of the word before it sees no @."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text)


class QuadraticKeyBlock(_Slow):
    """The pattern for keys looks for an END behind each BEGIN, to the end of the text."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        re.findall(r"-----BEGIN [\s\S]+?-----END", text)


class QuadraticTrim(_Slow):
    """White space before a line end is sought from every space on."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        re.sub(r"\s+$", "", text)


class ShrinkingText(_Slow):
    """The text is eaten from the left, copied at every character."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        while text:
            text = text[1:] if text[0] != '"' else text[text.find('"') + 1 :]


class JoinedAtEachEvent(_Slow):
    """At each event of a stream all that was said is joined and searched again."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        said = ""
        for event in text.split("\n\n") if "data:" in text else ():
            said += event
            re.search("[0-9]{13}", said)


class UrlUserinfo(_Slow):
    """The pattern for passwords in URLs has no bound on the user's name."""

    expected = "linear-growth"

    def work(self, text: str) -> None:
        re.findall(r"\w+://\S*:\S*@", text)


class SearchedAtEachPiece(ReferenceRedactor):
    """With each piece of a stream all that came so far is searched again."""

    expected = "linear-growth"
    first = "stream-of-pieces"

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        held = ""
        for chunk in chunks:
            held += chunk
            re.search(r"\b\w+_secret=", held)
        return super().redact_chunks(chunks, **context)
