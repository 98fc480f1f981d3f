"""The reference gate: SQLite-backed, crash-safe, hash-chained; others that ask always, and least."""

from __future__ import annotations

from .gate import ReferenceGate
from .lenient import LenientGate
from .strict import StrictGate

__all__ = ["LenientGate", "ReferenceGate", "StrictGate"]
