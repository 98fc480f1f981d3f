"""What can be told of approval ids from outside: that they differ, and how much there is to guess."""

from __future__ import annotations

import math

from .play import Played, Violated
from .script import Step

#: What differs between ids must be worth so many bits. 122 (a random UUID) is the aim; a sample of twenty
#: shows alphabet and length only roughly.
LEAST_BITS = 60


def unguessable(step: Step, played: Played) -> None:
    """All ids differ, and what differs between them is long and varied enough."""
    ids = list(played.ids.values())
    if len(set(ids)) < len(ids):
        raise Violated("two approvals have the same id", [f"{len(ids)} calls got {len(set(ids))} ids"])
    bits = worth(ids)
    if bits < LEAST_BITS:
        shown = ", ".join(ids[:3])
        raise Violated(
            "approval ids can be guessed", [f"{len(ids)} ids differ by about {bits:.0f} bits: {shown[:120]}, ..."]
        )


def worth(ids: list[str]) -> float:
    """About how many bits there are to guess: for each place, log2 of the characters seen there and beyond."""
    width = max(map(len, ids))
    columns = [{each.ljust(width)[place] for each in ids} for place in range(width)]
    varied = [column for column in columns if len(column) > len(ids) // 3]
    if not varied:
        return 0.0
    alphabet = set().union(*varied)
    return len(varied) * math.log2(len(alphabet))


def differ(step: Step, played: Played) -> None:
    """``{names}``: these approvals have different ids."""
    ids = [played.ids[name] for name in step["names"]]
    if len(set(ids)) < len(ids):
        raise Violated("the same call after a reset gets the same approval id: it is derived, not random")
