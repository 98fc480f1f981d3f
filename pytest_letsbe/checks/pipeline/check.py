"""pipeline: the CI workflows of a repo gate what they claim to gate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...model import Case, CheckFailure, Invariant, Location, Spec, UsageError
from ...targets.base import Target
from .base import read_base
from .finding import Finding, Rule
from .options import PipelineOptions
from .policy import Policy, read_file, stricter
from .protection import file_of
from .repo import FOLDERS, Repo, load, names
from .rules import RULES

#: A first pipeline lacks about as many jobs: each gap is named.
SHOWN = 10

LIVENESS = Invariant(
    "liveness",
    "The repo has a workflow that the server can read, and a job in it.",
    "without one no rule below has anything to judge",
)


@dataclass
class Judgement:
    """One repo and what the rules find in it, each rule run once, when a case asks."""

    spec: Spec
    policy: Policy
    policy_file: str | None
    _found: dict[str, list[Finding]] = field(default_factory=dict)

    @cached_property
    def repo(self) -> Repo:
        options: PipelineOptions = self.spec.options
        base = read_base(self.spec.root, options.base, self.policy.branch)
        policy = stricter(base.policy, self.policy) if base.policy is not None else self.policy
        loose = base.problem if self.policy_file or options.base else ""
        repo = load(self.spec.root, policy)
        return replace(repo, base_problem=loose, policy_file=self.policy_file)

    def of(self, rule: Rule) -> list[Finding]:
        if rule.invariant.id not in self._found:
            unique = dict.fromkeys(rule.find(self.repo))
            self._found[rule.invariant.id] = sorted(
                unique, key=lambda f: (f.location.path, f.location.line, f.location.column or 0)
            )
        return self._found[rule.invariant.id]


class PipelineCheck:
    """See ``checks.base.Check``."""

    name = "pipeline"
    role: str | None = None
    options = PipelineOptions
    invariants: tuple[Invariant, ...] = (LIVENESS, *(rule.invariant for rule in RULES))
    preconditions = frozenset({LIVENESS.id})

    def cases(self, spec: Spec) -> list[Case]:
        """One case for each rule and workflow file, or for each rule that looks at the whole repo."""
        options: PipelineOptions = spec.options
        try:
            policy, policy_file = read_file(spec.root, options.policy)
        except UsageError as error:
            raise UsageError(str(error), None if error.location else spec.at("policy")) from None
        judged = Judgement(spec, policy, policy_file)
        files = named(names(spec.root))
        cases = [Case(self.name, LIVENESS.id, "workflows", spec.location, data=(judged, None, None))]
        for rule in RULES:
            if rule.invariant.id == "zizmor" and not options.zizmor:
                continue
            if rule.invariant.id == "protected-contexts" and file_of(Repo(spec.root, policy)) is None:
                continue
            if rule.scope == "file":
                for name, path in files.items():
                    cases.append(Case(self.name, rule.invariant.id, name, Location(path), data=(judged, rule, path)))
            else:
                cases.append(Case(self.name, rule.invariant.id, rule.scope, spec.location, data=(judged, rule, None)))
        return cases

    def run(self, case: Case, target: Target | None = None) -> None:
        judged, rule, path = case.data
        if rule is None:
            _liveness(judged.repo)
            return
        found = [f for f in judged.of(rule) if path is None or f.location.path == path]
        if found:
            raise CheckFailure(found[0].sentence, evidence=_evidence(rule, found), location=found[0].location)


def named(paths: Sequence[str]) -> dict[str, str]:
    """Item names of workflow files: the file's name, with its folder where two folders have it."""
    found: dict[str, str] = {}
    for path in paths:
        folder, _, file = path.rpartition("/")
        name = _slug(file)
        if folder != FOLDERS[0] and (name in found or folder not in FOLDERS):
            name = f"{_slug(folder)}/{name}"
        number, unique = 2, name
        while unique in found:
            unique, number = f"{name}-{number}", number + 1
        found[unique] = path
    return found


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "file"


def _liveness(repo: Repo) -> None:
    if not repo.every and not repo.unreadable:
        raise CheckFailure(f"no workflow lies in {' or '.join(FOLDERS)}: nothing gates this repo")
    if not any(workflow.jobs for workflow in repo.every) and not repo.unreadable:
        raise CheckFailure("no workflow has a job: nothing gates this repo", location=repo.every[0].at("jobs"))


def _evidence(rule: Rule, found: Sequence[Finding]) -> list[str]:
    lines = [str(finding) for finding in found[:SHOWN]]
    lines += [f"+{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    mends = dict.fromkeys([f.mend for f in found[:SHOWN] if f.mend] or ([rule.mend] if rule.mend else []))
    return [*lines, *(f"mend: {mend}" for mend in mends)]
