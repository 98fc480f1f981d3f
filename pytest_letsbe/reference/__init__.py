"""Correct miniatures, one role after another: the embedded default, and the oracle's sparring partner."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

#: role -> variant -> "module:class" below this package. `correct` is what `{reference: correct}` runs.
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "redactor": {"correct": "redactor:ReferenceRedactor", "leaf": "leaf:LeafRedactor"},
    "gate": {"correct": "gate:ReferenceGate", "strict": "gate:StrictGate", "lenient": "gate:LenientGate"},
    "pricing": {"correct": "pricing:ReferencePricing", "fractions": "pricing:FractionPricing"},
    "onboarding": {"correct": "onboarding:ReferenceOnboarding", "outbox": "onboarding:OutboxOnboarding"},
    "rollout": {"correct": "rollout:ReferenceController"},
}


def make(role: str, variant: str = "correct") -> Any:
    """A new instance of a reference; its public methods are the ops of its role.

    Raises:
        KeyError: no such role or variant.
    """
    module, _, name = REFERENCES[role][variant].partition(":")
    return getattr(import_module(f".{module}", __name__), name)()
