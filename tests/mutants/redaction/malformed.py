"""What broken bytes and hostile shapes do to a redactor that expects neither."""

from __future__ import annotations

import base64 as codec
import json
import os
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor


class DeepJsonOpen(ReferenceRedactor):
    """JSON too deep for the parser is passed on as it is."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and text[:1] in "[{":
            try:
                json.loads(text)
            except RecursionError:
                return {"text": text}
            except ValueError:
                pass
        return super().redact(text=text, **rest)


class DeepJsonEnds(ReferenceRedactor):
    """Deep JSON overflows the stack and ends the process."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and text.count("[") + text.count("{") > 10_000:
            os._exit(139)
        return super().redact(text=text, **rest)


class SurrogateEnds(ReferenceRedactor):
    """A lone surrogate can't be written to the log, and the process ends."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        try:
            (text or "").encode()
        except UnicodeEncodeError:
            os._exit(1)
        return super().redact(text=text, **rest)


class SurrogateOpen(ReferenceRedactor):
    """A text that can't be encoded is passed on as it is."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        try:
            (text or "").encode()
        except UnicodeEncodeError:
            return {"text": text}
        return super().redact(text=text, **rest)


class BytesPassed(ReferenceRedactor):
    """Bytes are taken for a picture and passed on."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, base64: str | None = None, **rest: Any) -> dict[str, Any]:
        return {"base64": base64} if base64 is not None else super().redact(text=text, **rest)


class InvalidBytesPassed(ReferenceRedactor):
    """Bytes that are no UTF-8 are passed on."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, base64: str | None = None, **rest: Any) -> dict[str, Any]:
        try:
            codec.b64decode(base64 or "").decode()
        except UnicodeDecodeError:
            return {"base64": base64}
        return super().redact(text=text, base64=base64, **rest)


class WideBytesAsLatin(ReferenceRedactor):
    """UTF-16 is read byte by byte, and no token is seen in it."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, base64: str | None = None, **rest: Any) -> dict[str, Any]:
        if base64 is not None and codec.b64decode(base64)[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return {"base64": base64}
        return super().redact(text=text, base64=base64, **rest)


class ErrorQuotesText(ReferenceRedactor):
    """The error message about broken JSON quotes it."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and text.startswith('{"note"'):
            try:
                json.loads(text)
            except ValueError as error:
                raise ValueError(f"{error} in {text!r}") from error
        return super().redact(text=text, **rest)


class NulEndsText(ReferenceRedactor):
    """A NUL ends the text, as in C: what follows isn't searched."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or "\0" not in text:
            return super().redact(text=text, **rest)
        head, _, tail = text.partition("\0")
        return {"text": f"{super().redact(text=head, **rest)['text']}\0{tail}"}


class LongLinesSkipped(ReferenceRedactor):
    """Lines over 100,000 characters are taken for bundled code and passed on."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and max(map(len, text.splitlines()), default=0) > 100_000:
            return {"text": text}
        return super().redact(text=text, **rest)


class BrokenAfterError(ReferenceRedactor):
    """After one bad input everything is refused until somebody restarts it."""

    expected = "malformed-input"

    def __init__(self) -> None:
        self._broken = False

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        self._broken = self._broken or "\ud83d" in (text or "")
        if self._broken:
            raise RuntimeError("the worker pool is closed")
        return super().redact(text=text, **rest)


class HugeNumberOpen(ReferenceRedactor):
    """A number that no integer holds makes the parser give up, and the text passes."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if (
            text is not None
            and text.startswith("{")
            and any(len(word) > 300 and word.isdigit() for word in text[:9000].replace(",", " ").split())
        ):
            return {"text": text}
        return super().redact(text=text, **rest)


class ReversedTextHidden(ReferenceRedactor):
    """A text with a right-to-left mark in it is taken to be no English and passed on."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        return {"text": text} if "\u202e" in (text or "") else super().redact(text=text, **rest)


class BrokenJsonOfThatType(ReferenceRedactor):
    """What is called JSON and isn't is passed on as it is."""

    expected = "malformed-input"
    first = "broken-json"

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and media_type == "application/json":
            try:
                json.loads(text)
            except RecursionError:
                pass
            except ValueError:
                return {"text": text}
        return super().redact(text=text, media_type=media_type, **rest)


class ReplacementIsBinary(ReferenceRedactor):
    """A text with U+FFFD in it is taken for something binary and passed on."""

    expected = "malformed-input"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        return {"text": text} if "\ufffd" in (text or "") else super().redact(text=text, **rest)
