"""Correct sites, each built in another way: none of them may raise an alarm."""

from __future__ import annotations

from pytest_letsbe.reference.onboarding import OutboxOnboarding, ReferenceOnboarding


class Reference(ReferenceOnboarding):
    """A journal in a file, provisioning before the reply."""

    expected = None


class Outbox(OutboxOnboarding):
    """SQLite and an outbox that a thread empties after the reply; steps have other names once they are all taken."""

    expected = None


class PaysAhead(ReferenceOnboarding):
    """Takes a payment before the steps, and provisions when the last one is taken."""

    expected = None

    def _check_payment(self, onboarding, outcome):
        if outcome not in ("paid", "declined", "pending"):
            raise ValueError("no such outcome")

    def _due(self, onboarding):
        return super()._due(onboarding) and len(self._rows[onboarding]["data"]) == 2

    def _check_step(self, onboarding, step, data):
        row = self._rows[onboarding]
        paid, row["paid"] = row["paid"], False
        try:
            super()._check_step(onboarding, step, data)
        finally:
            row["paid"] = paid

    def submit(self, onboarding, step, data, idempotency=None):
        super().submit(onboarding, step, data, idempotency)
        with self._lock:
            if self._due(onboarding):
                self._provision(onboarding)
            return {"step": self._step(onboarding), "extra": True}
