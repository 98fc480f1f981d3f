"""The reference gate: SQLite-backed, crash-safe, hash-chained; and one in memory that always asks."""

from __future__ import annotations

from .gate import ReferenceGate
from .strict import StrictGate

__all__ = ["ReferenceGate", "StrictGate"]
