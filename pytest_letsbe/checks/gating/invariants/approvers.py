"""approver-separation: who asked, its kin, and whoever isn't an approver can't say yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....model import Invariant, Spec
from ..policy import Approval, Policy
from ..scenes import MAIN, OTHER, Scene, approvers
from ..script import Script
from .base import Rule, asks

SEPARATION = Invariant(
    "approver-separation",
    "Only an approver of the policy approves; neither who asked nor its parent, child or sibling does; a quorum is of different people.",
    "Teleport RFD 26 (thresholds, distinct reviewers)",
)

#: Names that no pattern of people matches, and how they differ from one.
STRANGERS = ("system", "", "*", "nobody", "admin", None, True, 1)


def covers(approval: Approval, actor: object) -> bool:
    """Whether the policy lets this actor approve, self-approval aside."""
    from fnmatch import fnmatchcase

    patterns = approval.approvers
    return patterns is None or (isinstance(actor, str) and any(fnmatchcase(actor, pattern) for pattern in patterns))


def _strangers(policy: Policy, approval: Approval) -> list[object]:
    person = approvers(policy)[0]
    near = [
        person.upper(),
        person.capitalize(),
        f" {person}",
        f"x{person}",
        f"agent:{person}",
        f"agent:x\n{person}",
        person.replace(":", "-", 1),
        person.split(":")[0],
        [person],
        {"actor": person},
    ]
    kin = [MAIN, MAIN.removeprefix("agent:"), OTHER, "agent:child", "agent:parent"]
    return [actor for actor in [*kin, *near, *STRANGERS] if not covers(approval, actor)]


def _scripts(policy: Policy, spec: Spec) -> Iterator[tuple[str, Sequence[Script]]]:
    approval = policy.model.approval
    if not asks(policy) or approval is None:
        return
    if approval.approvers is not None:
        scripts = []
        for actor in _strangers(policy, approval):
            scene = Scene(policy, f"approved by {actor!r}")
            call = scene.ready("ask")
            scene.asks(call)
            for _ in range(approval.quorum):
                scene.add(op="resolve", approval="$a", decision="allow", actor=actor)
            scene.spends(call)
            scene.never(call, f"{actor!r} approved a call, and is no approver")
            scripts.append(scene.script())
        yield "not-an-approver", scripts
        scene = Scene(policy, "no actor")
        call = scene.ready("ask")
        scene.asks(call)
        scene.add(op="resolve", approval="$a", decision="allow")
        scene.spends(call)
        scene.never(call, "an answer of nobody approved a call")
        yield "nobody", [scene.script()]
    if approval.self_ == "deny":
        scene = Scene(policy, "who asked")
        person = approvers(policy, 1)[0]
        call = scene.ready("ask", agent=person)
        scene.asks(call)
        scene.resolves(actors=[person, *approvers(policy, approval.quorum)[1:]])
        scene.spends(call)
        scene.never(call, "who asked for a call approved it")
        yield "self", [scene.script()]
    if approval.quorum > 1:
        scene = Scene(policy, "one person, twice")
        call = scene.ready("ask")
        scene.asks(call)
        scene.resolves(actors=[approvers(policy)[0]] * approval.quorum)
        scene.spends(call)
        scene.never(call, "one person counted twice towards the quorum")
        yield "same-person-twice", [scene.script()]


RULES = (Rule(SEPARATION, _scripts),)
