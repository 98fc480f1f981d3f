"""Correct redactors, each built in another way: none of them may raise an alarm."""

from __future__ import annotations

import json
import re
import secrets as entropy
from collections.abc import Callable, Sequence
from typing import Any

from pytest_letsbe.reference.leaf import LeafRedactor
from pytest_letsbe.reference.redactor import ReferenceRedactor

PLACEHOLDER = re.compile(r"REDACTED-[a-z]+(?:-[a-z]+)*")


class Reference(ReferenceRedactor):
    """The embedded reference: a placeholder with the kind of secret."""

    expected = None


class Leaf(LeafRedactor):
    """The second reference: whole leaves and whole words become stars."""

    expected = None


class _Masking(ReferenceRedactor):
    """Puts ``mask(secret, placeholder)`` where the reference puts its placeholder; ``AGAIN`` are its own masks."""

    AGAIN = re.compile("")

    def mask(self, secret: str, placeholder: str) -> str:
        raise NotImplementedError

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or "yaml" in (media_type or ""):  # where a star has a meaning
            return super().redact(text=text, media_type=media_type, **rest)
        text = self.AGAIN.sub(lambda match: "REDACTED-kept-" + match[0].encode().hex().translate(LETTERS), text)
        output = super().redact(text=text, media_type=media_type, **rest)["text"]
        output = _swapped(text, output, self._masked)
        return {"text": _KEPT.sub(lambda match: bytes.fromhex(match[1].translate(DIGITS)).decode(), output)}

    def _masked(self, secret: str, placeholder: str) -> str:
        kept = _KEPT.search(placeholder) or _KEPT.search(secret)
        return kept[0] if kept else self.mask(secret, placeholder)


LETTERS, DIGITS = str.maketrans("0123456789", "ghijklmnop"), str.maketrans("ghijklmnop", "0123456789")
_KEPT = re.compile("REDACTED-kept-([a-p]+)")


def _swapped(text: str, output: str, mask: Callable[[str, str], str]) -> str:
    """The output with masks of what stood in each place; what was cut out of a stream keeps its placeholder."""
    kept, kinds = PLACEHOLDER.split(output), PLACEHOLDER.findall(output)
    pieces, at = [kept[0]], len(kept[0])
    for number, (kind, following) in enumerate(zip(kinds, kept[1:], strict=True), 1):
        end = text.find(following, at) if number < len(kinds) else len(text) - len(following)
        if end < at:
            return output
        found = text[at:end]
        pieces += [kind if found == kind or "\ndata:" in found else mask(found, kind), following]
        at = end + len(following)
    return "".join(pieces) if text.startswith(kept[0]) else output


class _Renaming(ReferenceRedactor):
    """Writes ``MASK`` for the reference's placeholders, and knows it again when it comes back."""

    MASK, AGAIN = "", re.compile("")

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None or "yaml" in (media_type or ""):  # where a star or a bracket has a meaning
            return super().redact(text=text, media_type=media_type, **rest)
        output = super().redact(text=self.AGAIN.sub("REDACTED-secret", text), media_type=media_type, **rest)
        return {"text": PLACEHOLDER.sub(self.MASK, output["text"])}


class Stars(_Renaming):
    """Three stars, whatever stood there."""

    expected = None
    MASK, AGAIN = "***", re.compile(r"(?<!\*)\*\*\*(?!\*)")


class NamedInBrackets(_Renaming):
    """`[REDACTED]`, as most do."""

    expected = None
    MASK, AGAIN = "[REDACTED]", re.compile(r"\[REDACTED\]")


class Removed(_Renaming):
    """Nothing visible is left, only an empty pair of guillemets."""

    expected = None
    MASK, AGAIN = "«»", re.compile("«»")


class KeyDrawnAtStart(_Renaming):
    """The placeholder ends in letters that are drawn when the process starts: who knows them knows it for genuine."""

    expected = None
    AGAIN = re.compile(r"\[hidden-[a-p]{12}\]")

    def __init__(self) -> None:
        letters = entropy.token_hex(6).translate(str.maketrans("0123456789", "ghijklmnop"))
        self.MASK = f"[hidden-{letters}]"


class Stringified(ReferenceRedactor):
    """JSON is parsed, a string that held a secret is replaced whole, and the document is written as JavaScript does."""

    expected = None

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is None or output["text"] == text or text[:1] not in ("{", "["):
            return output
        try:
            before, after = json.loads(text), json.loads(output["text"])
        except (ValueError, RecursionError):
            return output
        return {"text": json.dumps(_whole(before, after), ensure_ascii=False, separators=(",", ":"))}


def _whole(before: Any, after: Any) -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _whole(a, b) for a, (key, b) in zip(before.values(), after.items(), strict=True)}
    if isinstance(before, list) and isinstance(after, list):
        return [_whole(a, b) for a, b in zip(before, after, strict=True)]
    return after if before == after or str(after).startswith(("{", "[")) else "REDACTED-value"


class ManyChunks(ReferenceRedactor):
    """What comes out of a stream is cut anew, and the kinds that were found stand beside it."""

    expected = None

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        found = PLACEHOLDER.findall(output.get("text", ""))
        return output | {"findings": [{"rule": name, "count": found.count(name)} for name in sorted(set(found))]}

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        text = self.redact("".join(chunks), **context)["text"]
        return {"chunks": [text[at : at + 5] for at in range(0, len(text), 5)]}


class RefusesBadInput(ReferenceRedactor):
    """Bytes that are no text, lone surrogates and JSON that is too deep are refused, without a word of theirs."""

    expected = None

    def redact(self, text: str | None = None, base64: str | None = None, **rest: Any) -> dict[str, Any]:
        import base64 as codec

        try:
            (text or codec.b64decode(base64 or "").decode()).encode()
        except UnicodeError:
            raise ValueError("that is no text") from None
        if text is not None and text[:1] in ("{", "["):
            try:
                json.loads(text)
            except RecursionError:
                raise ValueError("too deep") from None
            except ValueError:
                pass
        return super().redact(text=text, base64=base64, **rest)
