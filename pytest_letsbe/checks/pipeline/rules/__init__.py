"""Every rule, in the order of ``letsbe list pipeline``."""

from __future__ import annotations

from ..finding import Rule
from . import deploys, gates, injection, pins, secrets, server, shape

RULES: tuple[Rule, ...] = (
    *shape.RULES,
    *gates.RULES,
    *pins.RULES,
    *secrets.RULES,
    *injection.RULES,
    *deploys.RULES,
    *server.RULES,
)
