"""Secrets that come back as they stand: forgotten places, forgotten kinds, masks that show too much."""

from __future__ import annotations

import json
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


class _Missing(ReferenceRedactor):
    """Leaves those secrets in the text that ``missed`` says."""

    def missed(self, text: str, start: int, end: int) -> bool:
        raise NotImplementedError

    def mask(self, text: str, start: int, end: int) -> str | None:
        return text[start:end] if self.missed(text, start, end) else None

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None:
            output["text"] = swapped(text, output["text"], self.mask)
        return output


class FirstOccurrenceOnly(_Missing):
    """`text.find(secret)` replaces the first copy of a secret; the others stay (LLM Guard 0.3.16)."""

    expected = "no-leak"

    def missed(self, text: str, start: int, end: int) -> bool:
        return text.find(text[start:end]) < start


class OneSecretInAText(_Missing):
    """The search returns after its first finding: a second secret in the same text stays."""

    expected = "no-leak"

    def missed(self, text: str, start: int, end: int) -> bool:
        place = PLACEHOLDER.search(ReferenceRedactor().redact(text)["text"])
        return place is not None and place.start() < start


class KeepsTenCharacters(_Missing):
    """The mask shows the first six and the last four characters, whatever the length (OpenClaw 2026.9.6)."""

    expected = "no-leak"

    def mask(self, text: str, start: int, end: int) -> str:
        return f"{text[start : start + 6]}…{text[end - 4 : end]}" if end - start >= 10 else "***"


class KeepsHalf(_Missing):
    """The mask shows the first half and stars out the second."""

    expected = "no-leak"

    def mask(self, text: str, start: int, end: int) -> str:
        half = (start + end) // 2
        return text[start:half] + "*" * (end - half)


class BeginLineOnly(ReferenceRedactor):
    """Of a private key only the BEGIN line is replaced, its body stays (LLM Guard 0.3.16)."""

    expected = "no-leak"
    first = "composed/"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and "-----BEGIN" in text:
            return {"text": re.sub(r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----", "REDACTED-private-key", text)}
        return super().redact(text=text, **rest)


class WindowBorder(ReferenceRedactor):
    """Texts over 32,768 characters are redacted in pieces of 16,384 (OpenClaw 2026.9.6)."""

    expected = "no-leak"
    first = "windows/"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or len(text) <= 32_768:
            return super().redact(text=text, **rest)
        pieces = (text[at : at + 16_384] for at in range(0, len(text), 16_384))
        return {"text": "".join(super(WindowBorder, self).redact(text=piece, **rest)["text"] for piece in pieces)}


class TooLongToScan(ReferenceRedactor):
    """A text over 64 kB is passed on unread, to save time."""

    expected = "no-leak"
    first = "end/"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and len(text) > 65_536:
            return {"text": text}
        return super().redact(text=text, **rest)


class TailUnread(ReferenceRedactor):
    """Only the first 500,000 characters are searched."""

    expected = "no-leak"
    first = "end/"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None:
            return super().redact(**rest)
        return {"text": super().redact(text=text[:500_000], **rest)["text"] + text[500_000:]}


class NeedsSpaceBefore(_Missing):
    """A token is only found after white space: one after a quote, a slash or an equals sign stays."""

    expected = "no-leak"

    def missed(self, text: str, start: int, end: int) -> bool:
        return start > 0 and not text[start - 1].isspace()


class UpperCaseNames(_Missing):
    """The list of telling names is lower-case and compared as it is: DB_PASSWORD isn't in it."""

    expected = "no-leak"

    def missed(self, text: str, start: int, end: int) -> bool:
        return re.search(r"\b[A-Z][A-Z0-9_]+[\"']?\s*[:=]\s*[\"']?\Z", text[max(0, start - 80) : start]) is not None


class NewPrefixMissing(_Missing):
    """A prefix that its vendor introduced later is in no list (OpenClaw issue 98226)."""

    expected = "no-leak"
    first = "github-fine-grained-pat/"

    def missed(self, text: str, start: int, end: int) -> bool:
        return text.startswith("github_pat_", start)


class SignatureOnly(_Missing):
    """Of a JSON web token the signature goes, the claims of its payload stay."""

    expected = "no-leak"
    first = "jwt-es256/"

    def mask(self, text: str, start: int, end: int) -> str | None:
        token = text[start:end]
        return token[: token.rindex(".") + 1] + "***" if token.startswith("eyJ") and token.count(".") == 2 else None


class WebUrlsOnly(_Missing):
    """Passwords in URLs are found after http:// and https://, not in those of databases."""

    expected = "no-leak"

    def missed(self, text: str, start: int, end: int) -> bool:
        scheme = re.search(r"(\w+)://[^\s/@]*:\Z", text[max(0, start - 80) : start])
        return scheme is not None and not scheme[1].startswith("http")


class CardMaskedAtTheWrongEnd(_Missing):
    """Of a card number the last four digits go and the others stay."""

    expected = "no-leak"
    first = "card-amex/"

    def mask(self, text: str, start: int, end: int) -> str | None:
        found = text[start:end]
        return found[:-4] + "****" if re.fullmatch(r"[0-9 -]{13,23}", found) else None


class LocalPartKept(_Missing):
    """Of an e-mail address the domain goes, and the person stays."""

    expected = "no-leak"

    def mask(self, text: str, start: int, end: int) -> str | None:
        found = text[start:end]
        return found.partition("@")[0] + "@***" if "@" in found and " " not in found and "/" not in found else None


class LastNeighbourMissed(_Missing):
    """The separator after a token is consumed with it, so that a token right behind it has no left border."""

    expected = "no-leak"
    first = "neighbours/"

    def missed(self, text: str, start: int, end: int) -> bool:
        before = text[max(0, start - 200) : start]
        return bool(before) and before[-1] in " ," and re.search(r"[\w-]{24,}[ ,]\Z", before) is not None


class HeadAndTailOnly(ReferenceRedactor):
    """Of a text over 512 kB the first and the last 128 kB are searched."""

    expected = "no-leak"
    first = "end/megabyte"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or len(text) <= 1 << 19:
            return super().redact(text=text, **rest)
        edge = 1 << 17
        head, tail = (super(HeadAndTailOnly, self).redact(text=t, **rest)["text"] for t in (text[:edge], text[-edge:]))
        return {"text": head + text[edge:-edge] + tail}


class _Json(ReferenceRedactor):
    """Gives ``mended(before, after)`` of a JSON document in which something was found."""

    def mended(self, before: Any, after: Any) -> Any:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is None or text[:1] not in ("{", "[") or output["text"] == text:
            return output
        try:
            return {"text": json.dumps(self.mended(json.loads(text), json.loads(output["text"])), ensure_ascii=False)}
        except (ValueError, RecursionError):
            return output


class NamesOfFieldsKept(_Json):
    """The values of a JSON document are visited, a secret that is a field's name stays."""

    expected = "no-leak"
    first = "names/json-keys"

    def mended(self, before: Any, after: Any) -> Any:
        if isinstance(before, dict) and isinstance(after, dict):
            return {name: self.mended(a, b) for (name, a), b in zip(before.items(), after.values(), strict=True)}
        if isinstance(before, list) and isinstance(after, list):
            return [self.mended(a, b) for a, b in zip(before, after, strict=True)]
        return after


class NumbersKept(NamesOfFieldsKept):
    """The texts of a JSON document are visited, a card number that is a number stays."""

    expected = "no-leak"
    first = "numbers/json-numbers"

    def mended(self, before: Any, after: Any) -> Any:
        return before if isinstance(before, int) else super().mended(before, after)


class EveryOtherCharacter(_Missing):
    """The mask stars out every other character: half of the secret can be read."""

    expected = "no-leak"

    def mask(self, text: str, start: int, end: int) -> str | None:
        return "".join("*" if place % 2 else char for place, char in enumerate(text[start:end]))
