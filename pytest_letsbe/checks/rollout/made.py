"""Plans and fleets of ours, in which every tenant has a name that no other campaign uses."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from .plan import Halt, Plan, Rollback, Wave
from .world import Tenant

#: Seconds between two ticks, and how long a complete wave is watched: six ticks.
STEP, SOAK = 10, 60
WAVES = (
    Wave(name="eu-canary", region="eu", percent=25, gate="eu-canary", soak=SOAK),
    Wave(name="eu-half", region="eu", percent=50, gate=None, soak=SOAK),
    Wave(name="eu-all", region="eu", percent=100, gate="eu-all", soak=SOAK),
    Wave(name="us-canary", region="us", percent=25, gate="us-canary", soak=SOAK),
    Wave(name="us-all", region="us", percent=100, gate=None, soak=SOAK),
)


def digest(name: str) -> str:
    """A digest that looks like one."""
    return "sha256:" + sha256(name.encode()).hexdigest()


def made_plan(
    number: int, *, waves: Sequence[Wave] = WAVES, rounding: str = "ceil", minimum: int = 0, failing: int = 1
) -> Plan:
    """A plan of ours; the component differs in every campaign."""
    return Plan(
        type="wrapper-package",
        component=f"wrapper-{number}",
        tag=f"safety/v1.{number}.0",
        digest=digest(f"new {number}"),
        waves=list(waves),
        rounding="floor" if rounding == "floor" else "ceil",
        minimum=minimum,
        halt=Halt(failing=failing, no_data="hold"),
        rollback=Rollback(auto=True, to="previous", within=5),
    )


def made_tenants(number: int, *, eu: int = 8, us: int = 4, frozen: int = 1) -> list[Tenant]:
    """A fleet of ours: neighbours run different digests; the frozen ones come first, where a slice finds them."""
    found = []
    for region, count in (("eu", eu), ("us", us)):
        for index in range(count + frozen):
            before = digest(f"old {index % 3}")
            found.append(Tenant(f"c{number}-{region}-{index}", region, before, before, frozen=index < frozen))
    return found
