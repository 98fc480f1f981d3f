"""Registered values that stay, or that take along what isn't theirs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pytest_letsbe.reference.redactor import ReferenceRedactor

GONE = "REDACTED-registered"


class _Own(ReferenceRedactor):
    """Handles registered values itself, before the patterns."""

    def without(self, text: str, secrets: Sequence[str]) -> str:
        raise NotImplementedError

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        if text is None:
            return super().redact(secrets=secrets, **rest)
        return super().redact(text=self.without(text, [s for s in secrets if s]), **rest)


class _Fewer(ReferenceRedactor):
    """Registers only some of the values."""

    def some(self, secrets: list[str]) -> list[str]:
        raise NotImplementedError

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        return super().redact(text=text, secrets=self.some(list(secrets)), **rest)


class Ignored(_Fewer):
    """Registered values are accepted and never looked for."""

    expected = "registered-secrets"

    def some(self, secrets: list[str]) -> list[str]:
        return []


class RawOnly(_Own):
    """Registered values are replaced as they stand, in no other spelling."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, GONE)
        return text


class SomeEncodings(_Own):
    """Raw, percent, base64 at its start and JSON: hex and HTML stay (GitHub Actions masker)."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            encoded = base64.b64encode(secret.encode()).decode()
            for form in (secret, quote(secret, safe=""), encoded, encoded.rstrip("="), json.dumps(secret)[1:-1]):
                text = text.replace(form, GONE)
        return text


class ShortestFirst(_Own):
    """Of two values, one the start of the other, the shorter is replaced first: the tail of the longer stays."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in secrets:
            text = text.replace(secret, GONE)
        return text


class NotEscaped(_Own):
    """Values are joined into a pattern without being escaped: `$&(*+.?` matches something else or nothing."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        try:
            return re.sub("|".join(secrets), GONE, text) if secrets else text
        except re.error:
            return text


class EmptyValue(ReferenceRedactor):
    """An empty registered value is replaced between all characters."""

    expected = "registered-secrets"

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, secrets=secrets, **rest)
        if text is not None and "" in secrets:
            output["text"] = output["text"].replace("", "*")
        return output


class FirstCopyOnly(_Own):
    """Only the first copy of a registered value is replaced."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, GONE, 1)
        return text


class WholeWordsOnly(_Own):
    r"""Values are looked for between word borders: \\b never stands beside a value that begins with a sign."""

    expected = "registered-secrets"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            text = re.sub(rf"\b{re.escape(secret)}\b", GONE, text)
        return text


class LongValuesOnly(_Fewer):
    """Values under twelve characters are too short to be registered."""

    expected = "registered-secrets"

    def some(self, secrets: list[str]) -> list[str]:
        return [secret for secret in secrets if len(secret) >= 12]


class FirstFiveHundred(_Fewer):
    """The registry holds 512 values (OpenClaw 2026.9.6)."""

    expected = "registered-secrets"
    first = "many"

    def some(self, secrets: list[str]) -> list[str]:
        return secrets[:512]


class LastValueOnly(_Fewer):
    """A loop that overwrites its result: only the last registered value counts."""

    expected = "registered-secrets"

    def some(self, secrets: list[str]) -> list[str]:
        return secrets[-1:]


class LinesNotRegistered(_Own):
    """A value of several lines is only found when all of it stands there, with the same indentation."""

    expected = "registered-secrets"
    first = "multi-line"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        several = [secret for secret in secrets if "\n" in secret]
        for secret in several:
            text = text.replace(secret, GONE)
        single = [secret for secret in secrets if secret not in several]
        return str(ReferenceRedactor().redact(text, secrets=single)["text"])


class BeyondLatin(_Own):
    """Values are compared as Latin-1: one with an emoji is never found."""

    expected = "registered-secrets"
    first = "umlauts/"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        latin = [secret for secret in secrets if all(ord(char) < 256 for char in secret)]
        return str(ReferenceRedactor().redact(text, secrets=latin)["text"])


class FirstWordOnly(_Own):
    """A value is cut at its first space, as a shell would: the other words of a pass-phrase stay."""

    expected = "registered-secrets"
    first = "multi-line"

    def without(self, text: str, secrets: Sequence[str]) -> str:
        return str(
            ReferenceRedactor().redact(text, secrets=[secret.split()[0] for secret in secrets if secret.split()])[
                "text"
            ]
        )


class LettersAtBothEnds(_Fewer):
    r"""Values are sought between `\b` and `\b`: one that begins or ends with punctuation is never found."""

    expected = "registered-secrets"
    first = "punctuated"

    def some(self, secrets: list[str]) -> list[str]:
        return [secret for secret in secrets if secret[:1].isalnum() and secret[-1:].isalnum()]


class LongOnesLeftOut(_Fewer):
    """Values over 256 characters are taken for a mistake and aren't registered."""

    expected = "registered-secrets"
    first = "long"

    def some(self, secrets: list[str]) -> list[str]:
        return [secret for secret in secrets if len(secret) <= 256]


class RegisteredOnly(_Own):
    """Where values are registered they are replaced, and nothing else is looked for."""

    expected = "registered-secrets"
    first = "beside-others"

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, secrets=secrets, **rest)
        found = text is not None and any(secret and secret in text for secret in secrets)
        return {"text": self.without(text or "", secrets)} if found else output

    def without(self, text: str, secrets: Sequence[str]) -> str:
        for secret in secrets:
            text = text.replace(secret, GONE)
        return text


class BytesWithoutValues(ReferenceRedactor):
    """Bytes go another way than texts, which knows nothing of registered values."""

    expected = "registered-secrets"
    first = "bytes"

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        return super().redact(text=text, secrets=secrets if text is not None else (), **rest)


class StreamWithoutValues(ReferenceRedactor):
    """The handler of streams forgets to hand the registered values on."""

    expected = "registered-secrets"
    first = "stream"

    def redact_chunks(self, chunks: Sequence[str], secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        return super().redact_chunks(chunks, **rest)
