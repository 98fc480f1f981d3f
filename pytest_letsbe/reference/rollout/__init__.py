"""The rollout controller that `{reference: correct}` runs."""

from .controller import ReferenceController

__all__ = ["ReferenceController"]
