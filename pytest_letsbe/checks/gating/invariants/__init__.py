"""The statements about a gate, a file for each concern; the two preconditions come first."""

from __future__ import annotations

from . import (
    any_order,
    approvers,
    audit,
    binding,
    decisions,
    durable,
    lifecycle,
    limits,
    lint,
    liveness,
    monotone,
    obfuscation,
    races,
    retry,
    robust,
)
from .base import Rule

RULES: tuple[Rule, ...] = (
    *liveness.RULES,
    *decisions.RULES,
    *binding.RULES,
    *lifecycle.RULES,
    *approvers.RULES,
    *monotone.RULES,
    *obfuscation.RULES,
    *lint.RULES,
    *races.RULES,
    *retry.RULES,
    *durable.RULES,
    *audit.RULES,
    *robust.RULES,
    *limits.RULES,
    *any_order.RULES,
)
