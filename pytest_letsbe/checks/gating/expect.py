"""The expectations of scripts: what is judged, each by a name that a kept script can say again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import identity, records
from .canonical import same
from .ledger import Entry
from .model import looser
from .play import NotApplicable, Played, Violated
from .script import Step
from .shell.judge import no_effect

#: Judges one expectation; raises ``Violated``.
Judge = Callable[[Step, Played], None]


def _ran(step: Step, played: Played) -> None:
    """``{rid | rids, least, most}``: how often it ran; with ``rids`` all of them together."""
    rids = step.get("rids") or [step["rid"]]
    least, most = step.get("least", 0), step.get("most")
    for rid in rids:
        played.limits[rid] = (least if len(rids) == 1 else 0, most)
    gate = played.gate
    if least and not gate.wait_until_ran(rids[0], least):
        raise Violated(step.get("says", "a call that must run didn't"))
    if most is None:
        return
    gate.settle()
    observed = sum(gate.book.count(rid) for rid in rids)
    if observed > most:
        raise Violated(step.get("says", "a call ran that must not"))
    as_sent(played)


def as_sent(played: Played) -> None:
    """Whatever ran was asked for in this form: same tool, arguments, session and tenant."""
    for entry in played.gate.book.entries:
        sent = played.sent.get(entry.rid) if isinstance(entry.rid, str) else None
        if sent is None:
            if not played.notes.get("strangers"):
                raise Violated("something ran that nobody asked for", [f"the ledger holds {entry_line(entry)}"])
        elif not any(_is(entry, call) for call in sent):
            evidence = [f"the ledger holds {entry_line(entry)}"]
            raise Violated("what ran isn't what was asked for", evidence)


def _is(entry: Entry, call: Mapping[str, Any]) -> bool:
    return all(same(getattr(entry, name), call.get(name)) for name in ("tool", "args", "session", "tenant"))


def entry_line(entry: Entry) -> str:
    """An entry for a person; long arguments and what could be a secret are cut."""
    from ...masking import mask_runs

    if entry.raw:
        return f"a body that is no JSON object: {mask_runs(entry.raw, 80)}"
    return f"rid={entry.rid} tool={entry.tool} session={entry.session} tenant={entry.tenant} args={shorten(entry.args)}"


def shorten(value: Any, most: int = 100) -> str:
    from ...masking import mask_runs

    return mask_runs(str(value), most)


def _answer(step: Step, played: Played) -> None:
    """``{rid, at_most}``: no answer to the call permits more than that."""
    for answer in played.replies.get(step["rid"], [])[-1:]:
        if looser(answer.decision, step["at_most"]):
            says = step.get("says", "the gate permits more than the policy")
            raise Violated(says, [f"at most {step['at_most']} is permitted; it answered {answer}"])


def _same_answers(step: Step, played: Played) -> None:
    """``{rids}``: the gate decided alike about all of them."""
    words = {rid: str(played.replies[rid][0].decision) for rid in step["rids"]}
    if len(set(words.values())) > 1:
        raise Violated(
            step.get("says", "the same call was decided differently"), [f"{r}: {w}" for r, w in words.items()]
        )


def _same_approval(step: Step, played: Played) -> None:
    """``{rids}``: the answers name the same approval, or none."""
    ids = {str(answer.approval) for rid in step["rids"] for answer in played.replies[rid] if answer.decision == "ask"}
    if len(ids) > 1:
        raise Violated(step.get("says", "a retry opened a second approval"), [f"approvals {', '.join(sorted(ids))}"])


def _agrees(step: Step, played: Played) -> None:
    """``{rid}``: the gate said ``allow`` when it ran, and nothing else when it didn't."""
    rid = step["rid"]
    said = [answer.decision for answer in played.replies.get(rid, [])]
    gate = played.gate
    if "allow" in said:
        played.limits[rid] = (1, 1)
        if not gate.wait_until_ran(rid):
            raise Violated("the gate said allow, and nothing ran")
    gate.settle()
    count = gate.book.count(rid)
    if "allow" not in said:
        played.limits[rid] = (0, 0)
        if count:
            raise Violated(f"the gate said {said[-1] if said else 'nothing'}, and the call ran")
    if count > max(1, said.count("allow")):
        raise Violated("one call ran more often than the gate said")
    as_sent(played)


def _answered_within(step: Step, played: Played) -> None:
    """``{ms}``: the op before answered in time (the target's own deadline bounds what never comes)."""
    took = played.notes.get("took_ms", 0.0)
    if took > step["ms"]:
        raise Violated(f"the gate took {took:.0f} ms to answer; {step['ms']} ms were granted")


def _nothing(step: Step, played: Played) -> None:
    """The ledger is empty."""
    played.gate.settle()
    entries = played.gate.book.entries
    if entries:
        raise Violated(step.get("says", "something ran that must not"), [f"the ledger holds {entry_line(entries[0])}"])


def _denied_if_accepted(step: Step, played: Played) -> None:
    """``{rid}``: when the gate took a denial of the approval, nothing ran, now or later."""
    if any(answer.accepted and sent.get("decision") == "deny" for _, sent, answer in played.resolved):
        played.limits[step["rid"]] = (0, 0)
        played.gate.settle()
        if played.gate.book.count(step["rid"]):
            raise Violated("the gate took a denial, and the call ran")


def _distinct_id(step: Step, played: Played) -> None:
    """``{id}``: what is sent instead really differs from the approval's id; else the script means nothing here."""
    from .script import fill

    if fill(step["id"], played.ids, 0) in played.ids.values():
        raise NotApplicable("this gate's ids have no such look-alike")


EXPECTATIONS: dict[str, Judge] = {
    "ran": _ran,
    "answer": _answer,
    "same-answers": _same_answers,
    "same-approval": _same_approval,
    "agrees": _agrees,
    "answered-within": _answered_within,
    "nothing": _nothing,
    "denied-if-accepted": _denied_if_accepted,
    "distinct-id": _distinct_id,
    "ids-unguessable": identity.unguessable,
    "ids-differ": identity.differ,
    "audited": records.audited,
    "audit-agrees": records.agrees,
    "audit-linked": records.linked,
    "audit-kept": records.kept,
    "audit-hashes-new": records.hashes_new,
    "secret-free": records.secret_free,
    "no-effect": no_effect,
}
