"""Secrets that come back because one way to write them is never undone."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor

PLACEHOLDER = re.compile(r"REDACTED-[a-z]+(?:-[a-z]+)*")


def swapped(text: str, output: str, mask: Callable[[str, int, int], str | None]) -> str:
    """The output with what ``mask(text, start, end)`` says in place of each placeholder (None leaves it)."""
    kept, names = PLACEHOLDER.split(output), PLACEHOLDER.findall(output)
    pieces, at = [kept[0]], len(kept[0])
    for number, (name, following) in enumerate(zip(names, kept[1:], strict=True), 1):
        end = text.find(following, at) if number < len(names) else len(text) - len(following)
        if end < at:
            return output
        mine = mask(text, at, end)
        pieces += [name if mine is None else mine, following]
        at = end + len(following)
    return "".join(pieces) if text.startswith(kept[0]) else output


class _Unread(ReferenceRedactor):
    """Leaves what is written in the way that ``hidden`` recognises."""

    def hidden(self, text: str, start: int, end: int) -> bool:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None:
            output["text"] = swapped(
                text, output["text"], lambda t, start, end: t[start:end] if self.hidden(t, start, end) else None
            )
        return output


class UpperHexMissed(_Unread):
    """Hex is looked for in lower-case digits only."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return re.fullmatch(r"(?=.*[A-F])[0-9A-F]{16,}", text[start:end]) is not None


class HexMissed(_Unread):
    """Hex is never decoded (GitHub Actions masker)."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return re.fullmatch(r"[0-9a-f]{16,}", text[start:end]) is not None and self._reads(text[start:end])

    def _reads(self, digits: str) -> bool:
        return bytes.fromhex(digits[: len(digits) & ~1]).isascii()


def _base64(run: str) -> bytes:
    """What the run decodes to, if that is text."""
    run = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        decoded = base64.b64decode(run + "=" * (-len(run) % 4), validate=True)
    except ValueError:
        return b""
    return decoded if decoded.isascii() else b""


class Base64Missed(_Unread):
    """Base64 is never decoded (OpenClaw 2026.9.6)."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return end - start >= 12 and _base64(text[start:end]) != b""


class Base64OnlyWhole(_Unread):
    """Base64 is found when it encodes the secret alone, not when the secret is a part of what was encoded."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return b"; " in _base64(text[start:end])


class JsonUnicodeMissed(_Unread):
    r"""Text written in \\u0067 escapes is searched as it stands."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return text[start:end].count("\\u00") >= 4


class PercentMissed(_Unread):
    """Percent-encoding is never undone."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return len(re.findall(r"%[0-9A-Fa-f]{2}", text[start:end])) >= 4


class LowerPercentMissed(_Unread):
    """Percent-encoding is undone when its digits are upper-case, as most libraries write them."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return len(re.findall(r"%(?=[0-9a-f]*[a-f])[0-9a-f]{2}", text[start:end])) >= 3


class EntitiesMissed(_Unread):
    """Character references of HTML are never undone."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return text[start:end].count("&#") >= 4


class Utf16Missed(_Unread):
    """The zero bytes of UTF-16 lie between the characters of a token."""

    expected = "no-leak"
    first = "/utf-16"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return "\0" in text[start:end]


class ZeroWidthMissed(_Unread):
    """A zero-width space inside a token hides it (DAM issue 12)."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return re.search("[\u200b-\u200d\u2060\ufeff]", text[start:end]) is not None


class JsonInJsonMissed(_Unread):
    """A field of JSON inside a JSON string keeps its value (OpenClaw 2026.9.6)."""

    expected = "no-leak"

    def hidden(self, text: str, start: int, end: int) -> bool:
        return text.endswith('\\"', 0, start)


class EventsApart(ReferenceRedactor):
    """Each event of a stream is redacted alone: a secret over several deltas stays (litellm issue 41611)."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or "data:" not in text:
            return super().redact(text=text, **rest)
        events = text.split("\n\n")
        return {"text": "\n\n".join(super(EventsApart, self).redact(text=event, **rest)["text"] for event in events)}


class ToolDeltasApart(EventsApart):
    """The text of an answer is joined over its events, the arguments of a tool call aren't."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and ("partial_json" in text or '"arguments"' in text):
            return super().redact(text=text, **rest)
        return ReferenceRedactor.redact(self, text=text, **rest)


class FirstLineOfBase64(ReferenceRedactor):
    """Of wrapped base64 each line is read alone: a secret that runs over a line end stays in the second line."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or not re.search(r"^[A-Za-z0-9+/]{76}\n[A-Za-z0-9+/]", text, re.MULTILINE):
            return super().redact(text=text, **rest)
        lines = text.split("\n")
        return {"text": "\n".join(super(FirstLineOfBase64, self).redact(text=line, **rest)["text"] for line in lines)}
