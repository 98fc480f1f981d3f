"""Digests in a secret's place: whoever can guess can check the guess."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor

PLACEHOLDER = re.compile(r"REDACTED-[a-z]+(?:-[a-z]+)*")


class _Hashing(ReferenceRedactor):
    """Puts ``digest(secret)`` where the reference puts its placeholder."""

    def digest(self, secret: str) -> str:
        raise NotImplementedError

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is None:
            return output
        kept = PLACEHOLDER.split(output["text"])
        pieces, at = [kept[0]], len(kept[0])
        for number, following in enumerate(kept[1:], 1):
            end = text.find(following, at) if number < len(kept) - 1 else len(text) - len(following)
            if end < at:
                return output
            pieces += [self.digest(text[at:end]), following]
            at = end + len(following)
        return output | {"text": "".join(pieces)}


class Md5(_Hashing):
    """The MD5 of the secret stands in its place (LLM Guard 0.3.16, hash mode)."""

    expected = "no-digest"

    def digest(self, secret: str) -> str:
        return hashlib.md5(secret.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


class Sha256OfTheLine(_Hashing):
    """A SHA-256 as `echo "$TOKEN" | sha256sum` makes it."""

    expected = "no-digest"

    def digest(self, secret: str) -> str:
        return "sha256:" + hashlib.sha256(secret.encode("utf-8", "surrogatepass") + b"\n").hexdigest()


class Sha1InBase64(_Hashing):
    """A SHA-1 in base64 as a stable pseudonym."""

    expected = "no-digest"

    def digest(self, secret: str) -> str:
        digest = hashlib.sha1(secret.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class DigestBesideTheText(ReferenceRedactor):
    """The text is clean, and a field beside it lists the SHA-256 of each word that went."""

    expected = "no-digest"

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, **rest)
        if text is not None and output["text"] != text:
            gone = {word.strip("\"',;") for word in re.split(r"[\s=]+", text)} - set(
                re.split(r"[\s=]+", output["text"])
            )
            output["fingerprints"] = sorted(hashlib.sha256(w.encode("utf-8", "replace")).hexdigest() for w in gone)
        return output


class BeginningOfSha256(_Hashing):
    """The first eight digits of a SHA-256, as a fingerprint to tell one secret from another."""

    expected = "no-digest"

    def digest(self, secret: str) -> str:
        return "secret:" + hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:8]
