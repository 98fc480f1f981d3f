"""The ops: texts, bytes and streams, all by way of one cleaner."""

from __future__ import annotations

import base64 as codec
from collections.abc import Sequence
from typing import Any

from .cleaner import Cleaner

_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class LeafRedactor:
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
        cleaner = Cleaner(secrets)
        if text is not None:
            return {"text": cleaner.clean(text, media_type or "")}
        data = codec.b64decode(base64 or "", validate=True)
        encoding = _BOMS.get(data[:2], "utf-8") if len(data) % 2 == 0 else "utf-8"
        errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
        output = cleaner.clean(data.decode(encoding, errors)).encode(encoding, errors)
        return {"base64": codec.b64encode(output).decode("ascii")}

    def redact_chunks(
        self,
        chunks: Sequence[str],
        media_type: str | None = None,
        secrets: Sequence[str] = (),
        tenant: str | None = None,
    ) -> dict[str, Any]:
        """``{"chunks"}``: the stream is read to its end, then parsed as one document."""
        output = Cleaner(secrets).clean("".join(chunks), media_type or "")
        return {"chunks": output.splitlines(keepends=True)}
