"""Answers that are wrong beside their text, wrong in their type, or wrong once in a while."""

from __future__ import annotations

import itertools
import re
import secrets as entropy
from collections.abc import Sequence
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor

PLACEHOLDER = re.compile(r"REDACTED-[a-z]+(?:-[a-z]+)*")


class FindingsQuoteMatch(ReferenceRedactor):
    """The reply lists what was found, with the match in clear (gitleaks without --redact)."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None and output["text"] != text:
            gone = [word for word in text.split() if word not in output["text"]]
            output["findings"] = [{"rule": "secret", "match": word} for word in gone]
        return output


class OriginalBesideText(ReferenceRedactor):
    """The reply carries the text as it came, for whoever wants to compare."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        return super().redact(text=text, **rest) | {"original": text}


class GivesUpAfterAThousand(ReferenceRedactor):
    """After 1000 requests the rate limiter lets texts through unread."""

    expected = "no-leak"

    def __init__(self) -> None:
        self._requests = 0

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        self._requests += 1
        return {"text": text} if text is not None and self._requests > 1000 else super().redact(text=text, **rest)


class OnlyWithMediaType(ReferenceRedactor):
    """Without a media type nothing is done."""

    expected = "no-leak"

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        return (
            super().redact(text=text, media_type=media_type, **rest) if media_type or text is None else {"text": text}
        )


class UnknownMediaTypePassed(ReferenceRedactor):
    """A media type that the redactor has no parser for is passed on."""

    expected = "no-leak"

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and media_type in ("application/toml", "text/csv"):
            return {"text": text}
        return super().redact(text=text, media_type=media_type, **rest)


class RefusesLongTexts(ReferenceRedactor):
    """Texts over 2,000 characters are refused with an error."""

    expected = "no-leak"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if len(text or "") > 2000:
            raise ValueError("text too long")
        return super().redact(text=text, **rest)


class NothingWhenUnchanged(ReferenceRedactor):
    """A text without a secret gets an empty reply."""

    expected = "liveness"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        return {} if output.get("text") == text else output


class TextAsBytes(ReferenceRedactor):
    """A text comes back as base64."""

    expected = "liveness"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        import base64

        output = super().redact(text=text, **rest)
        return (
            {"base64": base64.b64encode(output["text"].encode("utf-8", "replace")).decode()}
            if text is not None
            else output
        )


class _Numbered(ReferenceRedactor):
    """Puts ``number()`` behind each placeholder."""

    def number(self, secret: str) -> str:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None and "REDACTED" not in text:
            output["text"] = PLACEHOLDER.sub(lambda match: f"{match[0]}-x{self.number(match[0])}", output["text"])
        return output


class RandomPlaceholder(_Numbered):
    """Each placeholder gets random digits."""

    expected = "deterministic"

    def number(self, secret: str) -> str:
        return entropy.token_hex(4)


class CountedPlaceholder(_Numbered):
    """Placeholders are numbered through, over all requests."""

    expected = "deterministic"

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def number(self, secret: str) -> str:
        return str(next(self._numbers))


class NumberedByFirstSight(_Numbered):
    """Kinds are numbered in the order in which they were first seen: another order gives other numbers."""

    expected = "deterministic"

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, secret: str) -> str:
        return str(self._numbers.setdefault(secret, len(self._numbers) % 90))


class SecondTimeKnown(ReferenceRedactor):
    """A text that was seen before gets a shorter placeholder."""

    expected = "deterministic"

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None and text in self._seen:
            output["text"] = PLACEHOLDER.sub("REDACTED-again", output["text"])
        self._seen.add(text or "")
        return output


class OtherNamesPassed(ReferenceRedactor):
    """Media types are compared as they stand: `application/json; charset=utf-8` and `image/svg+xml` are passed on."""

    expected = "no-leak"
    first = "media-types"

    def redact(self, text: str | None = None, media_type: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is not None and re.match(r"image/|application/json\s*;", media_type or ""):
            return {"text": text}
        return super().redact(text=text, media_type=media_type, **rest)


class KeptForTheTenant(ReferenceRedactor):
    """What a tenant registered for one request stays registered for its next ones."""

    expected = "deterministic"
    first = "registered-before"

    def __init__(self) -> None:
        self._registered: dict[str, list[str]] = {}

    def redact(
        self, text: str | None = None, secrets: Sequence[str] = (), tenant: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        kept = self._registered.setdefault(tenant, []) if tenant else []
        kept += [secret for secret in secrets if secret not in kept]
        return super().redact(text=text, secrets=kept, tenant=tenant, **rest)
