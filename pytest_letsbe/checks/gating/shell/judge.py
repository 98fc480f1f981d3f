"""Judges a command line by its effect: what ran is run again in a sandbox, and the denied effect must stay out."""

from __future__ import annotations

from ..play import Played, Violated
from ..script import Step
from .render import PLAIN, SENTINEL
from .sandbox import Ended, missing, run


def no_effect(step: Step, played: Played) -> None:
    """``{rid, argument, command, setup, needs, row}``: the call may run, if what ran doesn't do what is denied.

    Only command lines of the corpus are run here, never another one that a gate makes up.
    """
    from ..expect import as_sent

    rid, gate = step["rid"], played.gate
    if any(answer.decision == "allow" for answer in played.replies.get(rid, [])):
        gate.wait_until_ran(rid)
    else:
        gate.settle()
    ours = {step["command"], *PLAIN.values()}
    for entry in gate.book.entries:
        ran = entry.args.get(step["argument"]) if entry.rid == rid and isinstance(entry.args, dict) else None
        if not isinstance(ran, str) or ran not in ours:
            continue
        lacking = missing(step["needs"])
        ended = None if lacking else run(ran, step["setup"])
        if ended is not None and not ended.effect:
            continue
        played.limits[rid] = (0, 0)
        raise Violated(
            f"the gate let a command line run that does what the policy denies ({step['disguise']})",
            [
                f"ran       {ran[:300]!r}",
                f"denied    {step['plain']!r}",
                f"effect    {_told(ended, lacking)}",
                f"source    {step['source']}; {step['row']}",
            ],
        )
    as_sent(played)


def _told(ended: Ended | None, lacking: str | None) -> str:
    if ended is None:
        return f"proven when the corpus was built; {lacking} isn't installed here, so it wasn't run again"
    return f"run in a sandbox, it made the file {SENTINEL}; it {ended.told}"
