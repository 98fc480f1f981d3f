"""What payment has to do with provisioning: not before it, once, never when declined, and across a restart."""

from __future__ import annotations

from ...model import Invariant
from .rule import Rule
from .visitor import Site, Visitor

LIVENESS = Invariant(
    "liveness", "Who takes all steps and pays is provisioned.", "a site that provisions nobody violates nothing else"
)
BEFORE = Invariant("no-provisioning-before-payment", "Nothing is provisioned before the payment provider said `paid`.")
ONCE = Invariant(
    "provisioned-once",
    "One paid onboarding is provisioned exactly once, however often and in whatever order its payment is told.",
    "payment providers deliver a webhook at least once, and out of order (Stripe: webhooks, best practices)",
)
DECLINED = Invariant("declined-never-provisions", "A declined or open payment never provisions, told once or often.")
SURVIVES = Invariant("paid-survives-restart", "What was paid stays paid, and is provisioned once, across a restart.")


def _alive(site: Site, profile: str) -> None:
    for plan in site.options.plans:
        visitor = site.start(plan).submit_all()
        visitor.pay()
        if not site.arrived(visitor.name):
            raise site.failure("a visitor who took all steps and paid is never provisioned")
        entry = next(entry for entry in site.book.entries if entry.onboarding == visitor.name)
        if entry.plan != plan:
            raise site.failure(f"{plan} was bought, and {str(entry.plan)[:40]} was provisioned")


def _unpaid(*acts: str) -> Rule:
    """All steps, then acts that pay nothing."""

    def judge(site: Site, profile: str) -> None:
        visitor = site.start()
        site.none_but(says="something was provisioned for a visitor who only began")
        visitor.submit_all()
        site.none_but(says="something was provisioned when the last step was taken, before any payment")
        for act in acts:
            _act(visitor, act)
            site.none_but(says=f"something was provisioned without a payment, by {act}")

    return Rule(BEFORE, "-then-".join(acts) or "steps", judge)


def _act(visitor: Visitor, act: str) -> None:
    match act:
        case "resume":
            visitor.resume()
        case "restart" | "hard-restart":
            visitor.site.restart(hard=act == "hard-restart")
            visitor.resume()
        case "again":
            visitor.submit(visitor.site.steps[-1])
        case "other-steps":
            for step in ("payment", "provisioning", "done", "paid"):
                visitor.site.ask("submit", {"onboarding": visitor.name, "step": step, "data": {"outcome": "paid"}})
        case _:
            visitor.pay(act)


def _other_words(site: Site, profile: str) -> None:
    for word in (
        "PAID",
        "paid ",
        "yes",
        "ok",
        "success",
        "unpaid",
        "refunded",
        "",
        None,
        True,
        1,
        ["paid"],
        {"paid": True},
    ):
        visitor = site.start().submit_all()
        visitor.pay(word)
        site.none_but(says=f"a payment with the outcome {word!r} provisioned")


def _strangers(site: Site, profile: str) -> None:
    site.start().submit_all()
    for name in ("onb_00000000", "", "*", "%", "' or '1'='1"):
        site.ask("pay", {"onboarding": name, "outcome": "paid"})
    site.none_but(says="a payment for an onboarding that nobody began provisioned something")


def _paid(*tellings: str) -> Rule:
    """All steps, then tellings of which one is ``paid``: once and once only. ``outcome/key`` names a key."""

    def judge(site: Site, profile: str) -> None:
        visitor = site.start().submit_all()
        for telling in tellings:
            act, _, key = telling.partition("/")
            if act in ("paid", "pending", "declined"):
                visitor.pay(act, **({"idempotency": f"{visitor.name}-{key}"} if key else {}))
            else:
                _act(visitor, act)
        visitor.must_be_provisioned_once()

    return Rule(ONCE, "-then-".join(tellings), judge)


def _together(site: Site, profile: str) -> None:
    for keyed in (True, False):
        visitor = site.start().submit_all()
        told = {"onboarding": visitor.name, "outcome": "paid", **({"idempotency": "at-once"} if keyed else {})}
        site.ask_together("pay", [told] * 6)
        visitor.must_be_provisioned_once()


def _declined(*tellings: str) -> Rule:
    def judge(site: Site, profile: str) -> None:
        visitor = site.start().submit_all()
        for telling in tellings:
            _act(visitor, telling)
        visitor.resume()
        site.none_but(says=f"a payment that was told {', '.join(tellings)} provisioned")

    return Rule(DECLINED, "-then-".join(tellings), judge)


def _beside_another(site: Site, profile: str) -> None:
    paid, declined = site.start().submit_all(), site.start().submit_all()
    declined.pay("declined")
    paid.pay()
    paid.must_be_provisioned_once()
    site.none_but(paid, says="a declined onboarding was provisioned when another was paid")


def _restarted(*, hard: bool, at_once: bool) -> Rule:
    def judge(site: Site, profile: str) -> None:
        visitor = site.start().submit_all()
        visitor.pay(idempotency="only")
        if not at_once:
            visitor.must_be_provisioned_once()
        site.restart(hard=hard)
        step, _ = visitor.resume()
        if step in (*site.steps, "payment"):
            raise site.failure(f"after a restart a visitor who paid is sent back to {step}")
        visitor.must_be_provisioned_once()
        visitor.pay(idempotency="only")
        visitor.pay()
        visitor.at_most_once()

    return Rule(SURVIVES, f"{'hard' if hard else 'soft'}/{'at-once' if at_once else 'provisioned'}", judge)


def _pending_restarted(site: Site, profile: str) -> None:
    visitor = site.start().submit_all()
    visitor.pay("pending")
    site.restart(hard=True)
    visitor.pay()
    visitor.must_be_provisioned_once()


RULES = (
    Rule(LIVENESS, "plans", _alive),
    _unpaid(),
    _unpaid("pending"),
    _unpaid("resume"),
    _unpaid("again"),
    _unpaid("other-steps"),
    _unpaid("restart"),
    _unpaid("pending", "hard-restart"),
    Rule(BEFORE, "other-words", _other_words, 13),
    Rule(BEFORE, "strangers", _strangers, 5),
    _paid("paid"),
    _paid("paid/a", "paid/a"),
    _paid("paid/a", "paid/b"),
    _paid("paid", "paid", "paid"),
    _paid("pending", "paid", "pending", "paid"),
    _paid("paid", "declined", "paid"),
    _paid("paid", "resume"),
    _paid("paid", "again"),
    _paid("paid", "restart", "paid"),
    _paid("paid/a", "hard-restart", "paid/a"),
    Rule(ONCE, "at-once", _together, 2),
    _declined("declined"),
    _declined("declined", "declined", "declined"),
    _declined("declined", "resume", "again"),
    _declined("declined", "restart"),
    _declined("pending", "declined", "pending"),
    Rule(DECLINED, "beside-another", _beside_another),
    *(_restarted(hard=hard, at_once=at_once) for hard in (False, True) for at_once in (False, True)),
    Rule(SURVIVES, "pending", _pending_restarted),
)
