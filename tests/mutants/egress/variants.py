"""Correct proxies that do one thing otherwise than the reference, as an engineer's own might."""

import os

from pytest_letsbe.reference.proxy import ReferenceProxy


class EndsOnBrokenPolicy(ReferenceProxy):
    """Ends where its policy can't be read, at the start and while it runs; says of the client that it is unknown."""

    expected = None
    check_options = {"modes": ["allow"]}

    def fallback(self):
        os._exit(3)

    def end_to_end(self, head):
        return [*super().end_to_end(head), ("X-Forwarded-For", "unknown"), ("Forwarded", "for=_hidden")]

    def record(self, decision, reason, **seen):
        super().record("not permitted" if decision == "deny" else "forwarded", reason, **seen)
