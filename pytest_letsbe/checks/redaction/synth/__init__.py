"""Synthesis: corpus rows hold templates, and secrets exist only while a test runs."""

from __future__ import annotations

from functools import lru_cache

from ..model import Kind, Secret
from .template import Filled, Template, compile_template, fill, seeded

__all__ = ["Filled", "Template", "compile_template", "fill", "seeded", "synthesise"]


@lru_cache(maxsize=8192)
def synthesise(kind: Kind, seed: int) -> Secret:
    """The secret number ``seed`` of a kind: always the same one, and valid as the vendor's own are.

    Raises:
        UsageError: the template or one of its arguments is off; it names the row.
    """
    filled = fill(kind.template, kind.id, seed, kind.location)
    return Secret(kind.id, filled.value, filled.cores, kind.key, kind.bare)
