"""Takes secrets out of what leaves: the URL, the fields and the body, read as the reference redactor reads them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .bodies import Bodies
from .heads import Head

#: Fields that carry the credentials for the site itself, or that mean something to the protocol.
_KEPT = frozenset({
    "authorization", "host", "content-length", "content-type", "connection", "upgrade", "transfer-encoding", "accept",
    "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol",
})  # fmt: skip


class Redacting(Bodies):
    """Does nothing unless the policy says ``redact``."""

    @cached_property
    def redactor(self) -> Any:
        from ..redactor import ReferenceRedactor  # costs half a second, once it is needed

        return ReferenceRedactor()

    def clean(self, text: str) -> str:
        return str(self.redactor.redact(text=text)["text"])

    def clean_body(self, body: bytes) -> bytes:
        """Text without its secrets; bytes that are no text go as they are, read as Latin-1."""
        try:
            return self.clean(body.decode("utf-8")).encode("utf-8")
        except UnicodeDecodeError:
            return self.clean(body.decode("latin-1")).encode("latin-1", "replace")

    def clean_target(self, target: str) -> str:
        cleaned = self.clean(target)
        return target if cleaned == target else "".join(c if "!" <= c <= "~" else "*" for c in cleaned)

    def clean_fields(self, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, value if name.lower() in _KEPT else self.clean_value(name, value)) for name, value in fields]

    def clean_value(self, name: str, value: str) -> str:
        line = f"{name}: {value}"
        cleaned = self.clean(line)
        if cleaned == line:
            return value
        return cleaned.partition(":")[2].strip() if cleaned.startswith(f"{name}:") else "[redacted]"

    def redacted(self, head: Head, body: bytes) -> bytes:
        """Redact in place what the head says; the body is returned."""
        if not self.in_force().redact:
            return body
        head.target = self.clean_target(head.target)
        head.fields = self.clean_fields(head.fields)
        return self.clean_body(body) if body else body
