"""Every rule, in the order of ``letsbe list pipeline``."""

from __future__ import annotations

from ..finding import Rule
from . import deploys, gates, injection, pins, promotions, releases, secrets, server, shape, verdict

RULES: tuple[Rule, ...] = (
    *shape.RULES,
    *gates.RULES,
    *verdict.RULES,
    *pins.RULES,
    *secrets.RULES,
    *injection.RULES,
    *deploys.RULES,
    *promotions.RULES,
    *releases.RULES,
    *server.RULES,
)
