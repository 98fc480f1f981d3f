"""policy-lint: the policy itself permits no program that runs or writes what it likes through its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Case, CheckFailure, Invariant, Spec
from ..client import Gate
from ..lint import finding
from ..policy import Policy
from ..shell import corpus
from .base import Rule

LINT = Invariant(
    "policy-lint",
    "A program that can run others or write files through its arguments has a rule that keeps it from that.",
    "GTFOBins; OpenClaw 2026.9.6 with a path-only allow list executed 11 of 133 disguised commands, all by options",
)

_OTHER = re.compile(r"[^a-z0-9._-]+")


def _cases(policy: Policy, spec: Spec) -> Iterator[Case]:
    programs = corpus.load(spec, spec.options.extra).programs
    for tool, described in policy.model.tools.items():
        for program, rule in (described.commands or {}).items():
            name = "/".join(_OTHER.sub("-", part.lower()).strip("-._") or "x" for part in (tool, program))
            where = policy.at("tools", tool, "commands", program)
            yield Case("gating", LINT.id, name, where, 1, finding(tool, program, rule, programs))


def _judge(case: Case, gate: Gate) -> None:
    if case.data is not None:
        raise CheckFailure(case.data.sentence, evidence=case.data.evidence, location=case.location)


RULES = (Rule(LINT, cases=_cases, judge=_judge),)
