"""Secrets that a tool's result carries: synthesised for one case, with a plain word beside them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from ..redaction.model import Secret
from ..redaction.synth import fill

#: The rows of corpora/redaction/secrets.yaml that a plugin under test must know; both have public prefixes.
TEMPLATES = {"github-pat": "ghp_«{base62:30}{crc32b62}»", "gitlab-pat": "glpat-«{b64url:20}»"}


@dataclass(frozen=True, slots=True)
class Carried:
    """Fresh secrets in one text; ``marker`` is a word beside them that is none."""

    marker: str = field(default_factory=lambda: f"letsbe{uuid.uuid4().hex[:8]}")

    @property
    def secrets(self) -> tuple[Secret, ...]:
        filled = {kind: fill(text, f"{kind}/{self.marker}", 0) for kind, text in TEMPLATES.items()}
        return tuple(Secret(kind, one.value, one.cores, "token", bare=True) for kind, one in filled.items())

    @property
    def text(self) -> str:
        return f"{self.marker} token: {' token: '.join(secret.value for secret in self.secrets)} end"
