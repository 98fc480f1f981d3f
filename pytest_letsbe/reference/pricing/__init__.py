"""The reference prices: exact decimals, half up; and fractions, half to even."""

from __future__ import annotations

from .decimals import ReferencePricing
from .fractions import FractionPricing

__all__ = ["FractionPricing", "ReferencePricing"]
