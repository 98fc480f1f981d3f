"""The reference gate: SQLite-backed, crash-safe, its audit hash-chained; and a second one, in memory, that always asks."""

from __future__ import annotations

from .gate import ReferenceGate
from .strict import StrictGate

__all__ = ["ReferenceGate", "StrictGate"]
