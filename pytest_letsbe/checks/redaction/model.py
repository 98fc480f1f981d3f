"""The nouns of the redaction check: kinds of secret, synthesised secrets, carriers and encodings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...model import Location

Tier: TypeAlias = Literal["must", "should", "strict"]
TIERS: tuple[Tier, ...] = ("must", "should", "strict")


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of ``corpora/redaction``: one type of secret, as a template and never as a literal.

    ``template`` is literal text with ``{generator:args}`` pieces; what stands between ``«`` and ``»`` is
    the part that must not survive (the rest is public: a prefix, a host). ``bare`` says that the value can be told from
    its shape alone; otherwise it is a secret only beside its ``key``.
    """

    id: str
    title: str
    template: str
    key: str
    bare: bool
    corpus: str
    source: str
    location: Location


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A synthesised secret. ``value`` stands in the text; every string in ``cores`` must be gone afterwards."""

    kind: str
    value: str
    cores: tuple[str, ...]
    key: str
    bare: bool

    def __repr__(self) -> str:  # a secret is never printed, not even by a traceback
        return f"<{self.kind}:len={len(self.value)}>"


@dataclass(frozen=True, slots=True)
class Carried:
    """A secret inside a text. ``keep`` are non-secret pieces, set off from the secret by white space, a line
    or a field border, that a correct redactor leaves alone."""

    text: str
    keep: tuple[str, ...]
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a secret stands: an env line, a JSON field, a header, an SSE stream.

    ``keyed`` carriers show ``key`` beside the value, so that kinds that aren't ``bare`` may stand in them.
    ``render(value, key)`` escapes the value as the carrier's syntax demands.
    """

    id: str
    tier: Tier
    keyed: bool
    render: Callable[[str, str], Carried]
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the value is written inside its carrier: plain, base64 at one of three alignments, percent, ..."""

    id: str
    tier: Tier
    encode: Callable[[str], str]
    source: str = ""
