"""The reference gate: SQLite-backed, crash-safe, hash-chained; one in memory that always asks, and one that asks least."""

from __future__ import annotations

from .gate import ReferenceGate
from .lenient import LenientGate
from .strict import StrictGate

__all__ = ["LenientGate", "ReferenceGate", "StrictGate"]
