"""obfuscation-closure: a denied effect stays denied in every disguise. Its vectors come from corpora/gating."""

from __future__ import annotations

from .base import Rule

RULES: tuple[Rule, ...] = ()
