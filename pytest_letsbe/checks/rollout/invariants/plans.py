"""The plan itself, without any controller: who is in which wave, what stops it, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from ....model import CheckFailure, Invariant, Location
from ..plan import ReadPlan

#: One finding of a plan: where, and a sentence.
Finding = tuple[Location, str]

WAVES = Invariant(
    "plan-waves",
    "Rounding is stated, the first wave stays below the canary limit in effective tenants, waves rise to all of them, "
    "and every tenant belongs to a region that has waves.",
    "RP: 5 % of 7 tenants rounded up is 14 %; Argo Rollouts setWeight",
)
REGIONS = Invariant(
    "plan-regions", "EU comes whole before US, and each region begins with a gate.", "RP; promote-prod-us"
)
HALTS = Invariant(
    "plan-thresholds",
    "A halt threshold is stated that the canary can reach, missing health holds, and every wave soaks.",
    "RP; Kayenta nodata, Argo Rollouts failureLimit",
)
ROLLBACK = Invariant(
    "plan-rollback",
    "Rollback is automatic, to what each tenant ran before, which is a digest other than the new one.",
    "RP",
)
PINNED = Invariant(
    "plan-pinned", "The digest is a whole sha256 and the tag names one version: no latest, no range.", "RP; CWE-494"
)
CANARY = Invariant(
    "plan-canary", "The first region has tenants of every tier, and not only internal or frozen ones.", "RP"
)

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TAG = re.compile(r"(?:[a-z][a-z0-9-]*/)?v?[0-9]+(?:\.[0-9]+)+(?:-[0-9A-Za-z.-]+)?")


def _waves(read: ReadPlan) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    if plan.rounding is None:
        yield at("plan", "waves"), "rounding isn't stated: write `rounding: floor` or `rounding: ceil`"
    sizes = read.effective()
    for index, (wave, (size, count)) in enumerate(zip(plan.waves, sizes, strict=True)):
        if count == 0:
            yield (
                at("plan", "waves", index, "region"),
                f"wave {wave.name}: no tenant that takes part is in {wave.region}",
            )
        elif size == 0:
            yield (
                at("plan", "waves", index, "percent"),
                f"wave {wave.name}: {wave.percent} % of {count} tenants is nobody",
            )
    first_size, first_count = sizes[0]
    if first_count and first_size * 100 > plan.max_canary_percent * first_count:
        yield (
            at("plan", "waves", 0, "percent"),
            (
                f"wave {plan.waves[0].name}: {plan.waves[0].percent} % of {first_count} tenants is {first_size}, "
                f"{first_size * 100 // first_count} % in effect, more than max_canary_percent {plan.max_canary_percent}"
            ),
        )
    yield from _rising(read, sizes)


def _rising(read: ReadPlan, sizes: list[tuple[int, int]]) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    seen: set[str] = set()
    for index, wave in enumerate(plan.waves):
        if wave.name in seen:
            yield at("plan", "waves", index, "name"), f"wave {wave.name} stands twice"
        seen.add(wave.name)
    for region in dict.fromkeys(wave.region for wave in plan.waves):
        own = [(i, wave) for i, wave in enumerate(plan.waves) if wave.region == region]
        for (_, before), (index, after) in pairwise(own):
            if after.percent <= before.percent:
                yield at("plan", "waves", index, "percent"), f"wave {after.name} isn't larger than {before.name}"
            elif sizes[index][0] <= sizes[plan.waves.index(before)][0]:
                yield at("plan", "waves", index, "percent"), f"wave {after.name} adds no tenant to {before.name}"
        if own[-1][1].percent != 100:
            yield (
                at("plan", "waves", own[-1][0], "percent"),
                f"the last wave of {region} leaves tenants behind: 100 % isn't reached",
            )
    for index, member in enumerate(read.file.fleet):
        if member.region not in {wave.region for wave in plan.waves} and not member.frozen:
            yield at("fleet", index, "region"), f"{member.tenant}: no wave reaches its region {member.region}"


def _regions(read: ReadPlan) -> Iterator[Finding]:
    at, waves = read.document.at, read.plan.waves
    order = [region for i, region in enumerate(w.region for w in waves) if i == 0 or waves[i - 1].region != region]
    for index, wave in enumerate(waves):
        first = index == 0 or waves[index - 1].region != wave.region
        if first and wave.region in {w.region for w in waves[:index]}:
            yield (
                at("plan", "waves", index, "region"),
                f"wave {wave.name} goes back to {wave.region}: a region comes whole",
            )
        if first and wave.gate is None:
            yield at("plan", "waves", index), f"wave {wave.name} begins {wave.region} without a gate"
    lower = [region.lower() for region in order]
    us = next((i for i, region in enumerate(lower) if region == "us" or region.startswith("us-")), None)
    eu = [i for i, region in enumerate(lower) if region == "eu" or region.startswith("eu-")]
    if us is not None and eu and max(eu) > us:
        index = next(i for i, wave in enumerate(waves) if wave.region == order[us])
        yield (
            at("plan", "waves", index, "region"),
            f"wave {waves[index].name} reaches {order[us]} before EU is complete",
        )
    gates = [wave.gate for wave in waves if wave.gate is not None]
    for index, wave in enumerate(waves):
        if wave.gate is not None and wave.gate in gates[: gates.index(wave.gate)] + [w.gate for w in waves[:index]]:
            yield (
                at("plan", "waves", index, "gate"),
                f"gate {wave.gate} opens two waves: one approval would do for both",
            )


def _thresholds(read: ReadPlan) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    if plan.halt is None:
        yield at("plan"), "no halt threshold: write `halt: {failing: 1, no_data: hold}`"
        return
    first = read.effective()[0][0]
    if plan.halt.failing > max(1, first):
        yield (
            at("plan", "halt", "failing"),
            f"{plan.halt.failing} failing tenants halt it, but the first wave holds {first}: the canary can't stop it",
        )
    if plan.halt.no_data != "hold":
        yield at("plan", "halt"), "missing health must hold: write `no_data: hold`"
    for index, wave in enumerate(plan.waves):
        if wave.soak < plan.min_soak:
            yield (
                at("plan", "waves", index),
                f"wave {wave.name} soaks {wave.soak} s, less than min_soak {plan.min_soak}",
            )
    if plan.min_soak == 0:
        yield at("plan", "min_soak"), "min_soak 0 lets a wave follow the one before at once"


def _rollback(read: ReadPlan) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    if plan.rollback is None:
        yield at("plan"), "no rollback: write `rollback: {auto: true, to: previous}`"
        return
    if not plan.rollback.auto:
        yield at("plan", "rollback", "auto"), "rollback isn't automatic"
    if plan.rollback.to != "previous":
        yield at("plan", "rollback", "to"), "rollback goes to what each tenant ran before: write `to: previous`"
    for index, member in enumerate(read.file.fleet):
        if not _DIGEST.fullmatch(member.digest):
            yield (
                at("fleet", index, "digest"),
                f"{member.tenant}: what it runs isn't a whole sha256 digest to go back to",
            )
        elif member.digest == plan.digest and not member.frozen:
            yield at("fleet", index, "digest"), f"{member.tenant} runs the new digest already: there is no way back"


def _pinned(read: ReadPlan) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    if not _DIGEST.fullmatch(plan.digest):
        yield at("plan", "digest"), "digest isn't a whole sha256: sha256: and 64 lower-case hex digits"
    if not _TAG.fullmatch(plan.tag):
        yield at("plan", "tag"), f"tag {plan.tag!r} doesn't name one version, as safety/v1.4.2 or 2026.9.6 do"


def _canary(read: ReadPlan) -> Iterator[Finding]:
    at, plan = read.document.at, read.plan
    region = plan.waves[0].region
    first = [m for m in read.file.fleet if m.region == region and not m.frozen]
    if first and all(member.internal for member in first):
        yield at("plan", "waves", 0, "region"), f"only internal tenants are in {region}: the canary proves little"
    tiers = {member.tier for member in read.file.fleet if not member.frozen}
    missing = sorted(tiers - {member.tier for member in first})
    if first and missing:
        yield (
            at("plan", "waves", 0, "region"),
            f"no tenant of {', '.join(missing)} is in {region}, where the canary runs",
        )


RULES: Mapping[Invariant, Callable[[ReadPlan], Iterator[Finding]]] = {
    WAVES: _waves,
    REGIONS: _regions,
    HALTS: _thresholds,
    ROLLBACK: _rollback,
    PINNED: _pinned,
    CANARY: _canary,
}


def judge(invariant: str, read: ReadPlan) -> None:
    """Raise the first finding, with the others and the wave table as evidence."""
    rule = next(rule for known, rule in RULES.items() if known.id == invariant)
    found = list(rule(read))
    if not found:
        return
    where, sentence = found[0]
    more = [f"{place}: {said}" for place, said in found[1:6]]
    raise CheckFailure(sentence, evidence=[*more, *table(read)], location=where)


def table(read: ReadPlan) -> list[str]:
    """The waves as they fall on the tenants of the plan."""
    lines = ["wave                 region  percent  tenants  gate"]
    for wave, (size, count) in zip(read.plan.waves, read.effective(), strict=True):
        share = f"{size}/{count}"
        lines.append(f"{wave.name:<20} {wave.region:<7} {wave.percent:>5} %  {share:>7}  {wave.gate or '-'}")
    return lines
