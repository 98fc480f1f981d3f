"""The reference onboardings: a journal in a file; and rows in SQLite with an outbox that provisions later."""

from __future__ import annotations

from .journal import ReferenceOnboarding
from .outbox import OutboxOnboarding

__all__ = ["OutboxOnboarding", "ReferenceOnboarding"]
