"""Sites with one fault each."""

from __future__ import annotations

from pytest_letsbe.reference.onboarding import ReferenceOnboarding, rules


class ProvisionsNobody(ReferenceOnboarding):
    """Takes the money, and nothing comes."""

    expected = "liveness"

    def _provision(self, onboarding):
        self._write({"event": "provisioned", "id": onboarding})


class WrongPlan(ReferenceOnboarding):
    """Everybody gets the smallest plan."""

    expected = "liveness"

    def _provision(self, onboarding):
        self._write({"event": "provisioned", "id": onboarding})
        rules.provision(self._sink, onboarding, "solo")


class ProvisionsAtTheStart(ReferenceOnboarding):
    """Provisions when a visitor begins, so that it is ready when they pay."""

    expected = "no-provisioning-before-payment"

    def start(self, **given):
        found = super().start(**given)
        if not self._rows[found["onboarding"]]["provisioned"]:
            self._provision(found["onboarding"])
        return found


class ProvisionsAtTheLastStep(ReferenceOnboarding):
    """Provisions when the last step is taken."""

    expected = "no-provisioning-before-payment"

    def submit(self, onboarding, step, data, idempotency=None):
        found = super().submit(onboarding, step, data, idempotency)
        if found["step"] == "payment":
            self._provision(onboarding)
        return found


class PendingIsPaid(ReferenceOnboarding):
    """A pending payment provisions."""

    expected = "no-provisioning-before-payment"

    def _due(self, onboarding):
        return not self._rows[onboarding]["provisioned"] and self._pending

    def pay(self, onboarding, outcome=None, idempotency=None):
        self._pending = outcome in ("pending", "paid")
        return super().pay(onboarding, outcome, idempotency)


class AnyWordPays(ReferenceOnboarding):
    """Whatever isn't declined or pending is a payment."""

    expected = "no-provisioning-before-payment"

    def pay(self, onboarding, outcome=None, idempotency=None):
        return super().pay(onboarding, outcome if outcome in ("declined", "pending") else "paid", idempotency)


class RestartProvisions(ReferenceOnboarding):
    """A restart provisions whatever is at payment."""

    expected = "no-provisioning-before-payment"

    def restart(self, hard=False):
        super().restart(hard)
        for name in self._rows:
            if self._step(name) == "payment":
                self._provision(name)
        return {}


class EachWebhook(ReferenceOnboarding):
    """Each telling of a payment provisions."""

    expected = "provisioned-once"

    def _due(self, onboarding):
        return self._rows[onboarding]["paid"]


class OnceAKey(ReferenceOnboarding):
    """Provisions once for each key."""

    expected = "provisioned-once"

    def pay(self, onboarding, outcome=None, idempotency=None):
        known = self._known(f"pay {onboarding}", idempotency, outcome)
        found = super().pay(onboarding, outcome, idempotency)
        if known is None and idempotency not in (None, "a") and outcome == "paid":
            rules.provision(self._sink, onboarding, self._rows[onboarding]["plan"])
        return found


class ResumeProvisions(ReferenceOnboarding):
    """Coming back after payment provisions again."""

    expected = "provisioned-once"

    def resume(self, onboarding):
        if self._rows[onboarding]["paid"]:
            rules.provision(self._sink, onboarding, self._rows[onboarding]["plan"])
        return super().resume(onboarding)


class Races(ReferenceOnboarding):
    """Looks whether it was provisioned, and marks it afterwards."""

    expected = "provisioned-once"

    def pay(self, onboarding, outcome=None, idempotency=None):
        with self._lock:
            self._check_payment(onboarding, outcome)
            self._write({"event": "pay", "id": onboarding, "outcome": outcome, "key": None})
            due = self._due(onboarding)
        if due:
            rules.provision(self._sink, onboarding, self._rows[onboarding]["plan"])
            with self._lock:
                self._write({"event": "provisioned", "id": onboarding})
        return {"step": self._step(onboarding)}


class DeclinedCounts(ReferenceOnboarding):
    """The outcome isn't looked at when it is told a second time."""

    expected = "declined-never-provisions"
    _told = ()

    def pay(self, onboarding, outcome=None, idempotency=None):
        again = onboarding in self._told
        self._told = (*self._told, onboarding)
        return super().pay(onboarding, "paid" if again and outcome == "declined" else outcome, idempotency)


class DeclinedIsPaid(ReferenceOnboarding):
    """Any final outcome provisions."""

    expected = "declined-never-provisions"

    def pay(self, onboarding, outcome=None, idempotency=None):
        return super().pay(onboarding, "paid" if outcome == "declined" else outcome, idempotency)


class ForgetsPayment(ReferenceOnboarding):
    """A restart forgets payments."""

    expected = "paid-survives-restart"

    def restart(self, hard=False):
        super().restart(hard)
        for row in self._rows.values():
            row["paid"] = row["provisioned"] = False
        return {}


class ProvisionsAgainAfterRestart(ReferenceOnboarding):
    """A restart provisions once more what was paid."""

    expected = "paid-survives-restart"

    def restart(self, hard=False):
        super().restart(hard)
        for name, row in self._rows.items():
            if row["paid"]:
                rules.provision(self._sink, name, row["plan"])
        return {}


class NextStep(ReferenceOnboarding):
    """Each submit goes one step on, whatever it is for."""

    expected = "idempotent-submit"

    def submit(self, onboarding, step, data, idempotency=None):
        row = self._rows[onboarding]
        left = [name for name in rules.STEPS if name not in row["data"]]
        if step in row["data"] and left:
            self._write({"event": "submit", "id": onboarding, "step": left[0], "data": data, "key": None})
            return {"step": self._step(onboarding)}
        return super().submit(onboarding, step, data, idempotency)


class TwoOnboardings(ReferenceOnboarding):
    """The key of a start isn't looked at."""

    expected = "idempotent-submit"

    def start(self, email, plan, idempotency=None):
        return super().start(email, plan)


class BackAgain(ReferenceOnboarding):
    """A late repetition takes the visitor back."""

    expected = "idempotent-submit"

    def submit(self, onboarding, step, data, idempotency=None):
        row = self._rows[onboarding]
        if step in row["data"]:
            for later in list(rules.STEPS)[list(rules.STEPS).index(step) + 1 :]:
                row["data"].pop(later, None)
        return super().submit(onboarding, step, data, idempotency)


class ForgetsAtRestart(ReferenceOnboarding):
    """A hard restart forgets the last step."""

    expected = "resumable"

    def restart(self, hard=False):
        super().restart(hard)
        if hard:
            for row in self._rows.values():
                if row["data"] and not row["paid"]:
                    row["data"].popitem()
        return {}


class ForgetsEverything(ReferenceOnboarding):
    """Keeps visitors in memory only."""

    expected = "resumable"

    def restart(self, hard=False):
        self._rows = {name: row for name, row in self._rows.items() if row["paid"]}
        return {}


class ShowsNothing(ReferenceOnboarding):
    """Comes back to an empty form."""

    expected = "resumable"

    def resume(self, onboarding):
        return {**super().resume(onboarding), "data": {}}


class PaymentIsEnough(ReferenceOnboarding):
    """Nobody looks whether steps are left."""

    expected = "steps-in-order"

    def _check_payment(self, onboarding, outcome):
        if outcome not in rules.OUTCOMES:
            raise ValueError("no such outcome")


class LastStepIsEnough(ReferenceOnboarding):
    """Whoever took the last step took them all."""

    expected = "steps-in-order"

    def _check_step(self, onboarding, step, data):
        if step not in rules.STEPS:
            raise ValueError("no such step")

    def _step(self, onboarding):
        return "payment" if "domain" in self._rows[onboarding]["data"] else super()._step(onboarding)


class JumpsToPayment(ReferenceOnboarding):
    """The step that the browser names is the step."""

    expected = "steps-in-order"

    def submit(self, onboarding, step, data, idempotency=None):
        if step == "payment":
            for each in rules.STEPS:
                self._write({"event": "submit", "id": onboarding, "step": each, "data": {}, "key": None})
            return {"step": "payment"}
        return super().submit(onboarding, step, data, idempotency)


class LastVisitor(ReferenceOnboarding):
    """Data goes to whoever began last."""

    expected = "no-cross-talk"

    def submit(self, onboarding, step, data, idempotency=None):
        found = super().submit(onboarding, step, data, idempotency)
        for row in self._rows.values():
            if step in row["data"]:
                row["data"][step] = data
        return found


class KeysForAll(ReferenceOnboarding):
    """A key counts for everybody: the first visitor's onboarding is given to the second."""

    expected = "no-cross-talk"

    def _known(self, scope, key, said):
        return self._keys.get((scope, key), (None, None))[1] if key else None


class OneTenant(ReferenceOnboarding):
    """All are provisioned as the same tenant."""

    expected = "no-cross-talk"

    def _provision(self, onboarding):
        import json
        import urllib.request

        self._write({"event": "provisioned", "id": onboarding})
        plan = self._rows[onboarding]["plan"]
        body = json.dumps({"onboarding": onboarding, "tenant": "ten_1", "plan": plan}).encode()
        urllib.request.urlopen(self._sink, body, timeout=5).read()


class PaysForAll(ReferenceOnboarding):
    """One payment provisions all who wait for theirs."""

    expected = "no-cross-talk"

    def pay(self, onboarding, outcome=None, idempotency=None):
        found = super().pay(onboarding, outcome, idempotency)
        if outcome == "paid":
            for name in self._rows:
                if self._step(name) == "payment":
                    self._provision(name)
        return found


class AnyAddress(ReferenceOnboarding):
    """Whatever holds an @ is an address."""

    expected = "validated"

    def _check_start(self, email, plan):
        if "@" not in email or plan not in rules.PLANS:
            raise ValueError("no")


class AnyPlan(ReferenceOnboarding):
    """An unknown plan is taken."""

    expected = "validated"

    def _check_start(self, email, plan):
        if not rules.good_address(email):
            raise ValueError("no")


class EmptyData(ReferenceOnboarding):
    """A step is passed with empty data."""

    expected = "validated"

    def _check_step(self, onboarding, step, data):
        if step not in rules.STEPS or (step not in self._rows[onboarding]["data"] and step != self._step(onboarding)):
            raise ValueError("no")
