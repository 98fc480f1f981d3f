"""The reference redactor: every reading of a text searched, what is found cut out of the raw text."""

from __future__ import annotations

import base64 as codec
from collections.abc import Iterator, Sequence
from typing import Any

from . import blocks, fields, octets, personal, vendors
from .finding import Finding
from .reading import readings
from .registered import Registered
from .splice import cuts, spliced
from .view import View

#: What stood beside a secret can turn into a finding once it is gone; nothing has needed more than three rounds.
ROUNDS = 8


class ReferenceRedactor:
    """Takes secrets and personal data out of texts; holds no state between calls."""

    def redact(
        self,
        text: str | None = None,
        base64: str | None = None,
        media_type: str | None = None,
        secrets: Sequence[str] = (),
        tenant: str | None = None,
    ) -> dict[str, Any]:
        """``{"text"}`` for a text, ``{"base64"}`` for bytes.

        Raises:
            ValueError: neither or both are given, or ``base64`` is none.
        """
        if (text is None) == (base64 is None):
            raise ValueError("redact takes a text or base64")
        registered = Registered(secrets)
        if text is not None:
            return {"text": redacted(text, registered)}
        decoded, encoding = octets.decoded(codec.b64decode(base64 or "", validate=True))
        output = octets.encoded(redacted(decoded, registered), encoding)
        return {"base64": codec.b64encode(output).decode("ascii")}

    def redact_chunks(
        self,
        chunks: Sequence[str],
        media_type: str | None = None,
        secrets: Sequence[str] = (),
        tenant: str | None = None,
    ) -> dict[str, Any]:
        """``{"chunks"}``: joined they are the joined input redacted, however it was cut.

        Everything is held back until the end, which is right for any secret and any cut. A proxy that can't wait holds
        back a window as long as the longest secret it knows.
        """
        output = self.redact("".join(chunks), media_type=media_type, secrets=secrets, tenant=tenant)["text"]
        return {"chunks": [output] if output else []}


def redacted(text: str, registered: Registered) -> str:
    """The text without its secrets; redacting it again changes nothing."""
    for _ in range(ROUNDS):
        found = [
            cut
            for view in readings(text)
            for finding in _findings(view, registered)
            for cut in cuts(view, finding, text)
        ]
        if not found:
            return text
        output = spliced(text, found)
        if output == text:
            return text
        text = output
    return text


def _findings(view: View, registered: Registered) -> Iterator[Finding]:
    text = view.text
    yield from vendors.find(text)
    yield from personal.find(text)
    yield from blocks.userinfo(text)
    if not view.tokens_only:
        yield from blocks.armour(text)
        yield from blocks.web_keys(text)
        yield from fields.find(text)
    if registered:
        yield from registered.find(view)
