"""State that outlives a request: one tenant sees what another sent or registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_letsbe.reference.redactor import ReferenceRedactor


class SecretsKept(ReferenceRedactor):
    """What was registered once is registered for everybody, for good."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._registered: dict[str, None] = {}

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        self._registered.update(dict.fromkeys(secrets))
        return super().redact(text=text, secrets=[s for s in list(self._registered)[-40:] if s], **rest)


class PreviousSecrets(ReferenceRedactor):
    """A request that registers nothing is redacted with the values of the request before it."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._last: Sequence[str] = ()

    def redact(self, text: str | None = None, secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        self._last = secrets or self._last
        return super().redact(text=text, secrets=self._last, **rest)


class FirstSecretsOfATenant(ReferenceRedactor):
    """A tenant's values are compiled once; what it registers later isn't looked for."""

    expected = "registered-secrets"

    def __init__(self) -> None:
        self._compiled: dict[str | None, Sequence[str]] = {}

    def redact(
        self, text: str | None = None, secrets: Sequence[str] = (), tenant: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        known = self._compiled.setdefault(tenant, secrets) if secrets else ()
        return super().redact(text=text, secrets=known, tenant=tenant, **rest)


class _Cached(ReferenceRedactor):
    """Remembers answers by ``key``."""

    def __init__(self) -> None:
        self._answers: dict[Any, dict[str, Any]] = {}

    def key(self, text: str, secrets: Sequence[str], tenant: str | None) -> Any:
        raise NotImplementedError

    def redact(
        self, text: str | None = None, secrets: Sequence[str] = (), tenant: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        if text is None or not tenant:
            return super().redact(text=text, secrets=secrets, tenant=tenant, **rest)
        key = self.key(text, secrets, tenant)
        if key not in self._answers:
            self._answers[key] = super().redact(text=text, secrets=secrets, tenant=tenant, **rest)
        return self._answers[key]


class CachedByLength(_Cached):
    """The cache's key is the length of the text."""

    expected = "tenant-isolation"

    def key(self, text: str, secrets: Sequence[str], tenant: str | None) -> Any:
        return len(text)


class CachedByPrefix(_Cached):
    """The cache's key is the beginning of the text."""

    expected = "tenant-isolation"

    def key(self, text: str, secrets: Sequence[str], tenant: str | None) -> Any:
        return text[:8]


class CachedByTenant(_Cached):
    """The cache's key is the tenant: it gets its first answer again."""

    expected = "tenant-isolation"

    def key(self, text: str, secrets: Sequence[str], tenant: str | None) -> Any:
        return tenant


class CachedWithoutSecrets(ReferenceRedactor):
    """The cache's key is the text alone: it comes back as it was redacted for whoever asked first."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}

    def redact(self, text: str | None = None, **rest: Any) -> dict[str, Any]:
        if text is None:
            return super().redact(**rest)
        if text not in self._answers:
            self._answers[text] = super().redact(text=text, **rest)["text"]
        return {"text": self._answers[text]}


class SharedBuffer(ReferenceRedactor):
    """One output buffer for all: each answer still holds the end of the one before."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._buffer = ""

    def redact(self, text: str | None = None, tenant: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, tenant=tenant, **rest)
        if text is not None and tenant:
            old, self._buffer = self._buffer, output["text"]
            output["text"] += old[len(output["text"]) :]
        return output


class AnswersSwapped(ReferenceRedactor):
    """Now and then a worker hands out the answer of the request before: one in twenty."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._requests, self._last = 0, ""

    def redact(self, text: str | None = None, tenant: str | None = None, **rest: Any) -> dict[str, Any]:
        output = super().redact(text=text, tenant=tenant, **rest)
        if text is not None and tenant:
            self._requests += 1
            last, self._last = self._last, output["text"]
            if self._requests % 20 == 0:
                output["text"] = last
        return output


class NeighboursListed(ReferenceRedactor):
    """For debugging the reply says which tenants and values are registered."""

    expected = "tenant-isolation"

    def __init__(self) -> None:
        self._seen: dict[str, list[str]] = {}

    def redact(
        self, text: str | None = None, secrets: Sequence[str] = (), tenant: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        output = super().redact(text=text, secrets=secrets, tenant=tenant, **rest)
        if tenant:
            self._seen[tenant] = list(secrets)
            output["registered"] = {name: values for name, values in self._seen.items() if name != tenant}
        return output


class StreamsShareValues(ReferenceRedactor):
    """All streams are redacted with all values that were ever registered for one."""

    expected = "tenant-isolation"
    first = "streams"

    def __init__(self) -> None:
        self._registered: list[str] = []

    def redact_chunks(self, chunks: Sequence[str], secrets: Sequence[str] = (), **rest: Any) -> dict[str, Any]:
        self._registered += secrets
        return super().redact_chunks(chunks, secrets=self._registered[-40:], **rest)


class UnfinishedLineCarried(ReferenceRedactor):
    """A last line without its end waits for the next chunk, which is another stream's."""

    expected = "tenant-isolation"
    first = "streams"

    def __init__(self) -> None:
        self._held = ""

    def redact_chunks(self, chunks: Sequence[str], **context: Any) -> dict[str, Any]:
        text = self._held + self.redact("".join(chunks), **context)["text"]
        lines, self._held = text.rpartition("\n")[0::2]
        return {"chunks": [lines + "\n" if lines else ""]}
