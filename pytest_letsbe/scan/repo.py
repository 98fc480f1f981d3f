"""A whole repo as one or both checks see it: tree, artifacts, history, exceptions, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..globbing import shown_below, some_matching
from ..model import Location, Spec, UsageError
from . import baseline, exceptions, gitleaks, rows
from .artifacts import scan_artifact
from .engine import Engine
from .exceptions import Outcome
from .history import scan_history
from .rule import Rule
from .stats import Stats
from .tree import Scope, scan

CHECKS = ("references", "secrets")


@dataclass(frozen=True)
class Wanted:
    """What one check asks for; the options of both checks fit in."""

    check: str
    extra: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    history: str | None = None
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    cache: bool = True
    corpora: tuple[Path, ...] = ()
    at: Callable[[str], Location] = lambda option: Location("letsbe.yaml")

    @classmethod
    def of(cls, spec: Spec) -> Wanted:
        options, taken = spec.options, {}
        for name in ("extra", "rules", "artifacts", "exclude"):
            taken[name] = tuple(getattr(options, name, ()))
        return cls(
            spec.check,
            history=getattr(options, "history", None),
            baseline=getattr(options, "baseline", None),
            cache=getattr(options, "cache", True),
            corpora=spec.corpora,
            at=spec.at,
            **taken,
        )


@dataclass(frozen=True)
class Result:
    """What is open, what is accepted, what was seen."""

    outcome: Outcome
    stats: Stats
    engine: Engine

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.engine.rules


def rules_of(wanted: Wanted, root: Path) -> tuple[Rule, ...]:
    """Shipped rules, those of other packages, those of the repo, those of gitleaks files; ids are unique.

    Raises:
        UsageError: a file is missing or a row is off.
    """
    found = list(rows.shipped(wanted.check))
    for folder in wanted.corpora:
        for file in sorted(folder.glob("*.yaml")):
            found += rows.read(file, wanted.check, trusted=False)
    for pattern in wanted.extra:
        for file in some_matching(root, pattern, option="extra", location=wanted.at("extra")):
            found += rows.read(file, wanted.check, trusted=False)
    known: dict[str, Rule] = {}
    for rule in found:
        if rule.id in known:
            raise UsageError(f"id {rule.id!r} stands already at {known[rule.id].location}", rule.location)
        known[rule.id] = rule
    for pattern in wanted.rules:
        for file in some_matching(root, pattern, option="rules", location=wanted.at("rules")):
            for rule in gitleaks.read(file, shown_below(root, file)):
                known.setdefault(rule.id, rule)  # where both have a rule, ours has the checksum
    return tuple(known.values())


def run(
    wanted: Sequence[Wanted],
    root: Path,
    *,
    only: Sequence[str] = (),
    today: date | None = None,
    fast: bool | None = None,
    engine: Callable[[tuple[Rule, ...]], Engine] | None = None,
    quiet: bool = True,
) -> Result:
    """Scan a repo for one or both checks; unless ``quiet`` a terminal is told how far it is."""
    rules = tuple(rule for one in wanted for rule in rules_of(one, root))
    made = engine(rules) if engine else Engine(rules, fast=fast)
    excluded = frozenset.intersection(*(frozenset(one.exclude) for one in wanted))
    everything = scan(
        made,
        Scope(root, tuple(only), tuple(sorted(excluded)), cache=all(one.cache for one in wanted), quiet=quiet),
    )
    everything.findings = [f for f in everything.findings if not _left_out(f.path, f.check, wanted)]
    if not only:
        for one in wanted:
            for pattern in one.artifacts:
                for file in _artifacts(root, pattern, one.at("artifacts")):
                    everything.add(scan_artifact(made, file, shown_below(root, file)))
            if one.history:
                everything.add(scan_history(made, root, one.history))
    everything.findings.sort()
    own = {rule.id: rule.check for rule in rules}
    foreign = {rule.id for check in CHECKS if check not in own.values() for rule in rows.shipped(check)}
    accepted = [entry for one in wanted if one.baseline for entry in _accepted(root, one.baseline, one.at("baseline"))]
    outcome = exceptions.judge(
        dict.fromkeys(everything.findings),
        everything.allows,
        list(dict.fromkeys(accepted)),
        today=today or date.today(),
        own=own,
        foreign=foreign,
        partial=bool(only),
    )
    return Result(outcome, everything.stats, made)


def _left_out(path: str, check: str, wanted: Sequence[Wanted]) -> bool:
    from .globs import matches_any

    mine = next((one for one in wanted if one.check == check), None)
    return mine is not None and bool(mine.exclude) and matches_any(path, mine.exclude)


def _accepted(root: Path, name: str, where: Location) -> tuple[baseline.Accepted, ...]:
    if not (root / name).is_file():
        raise UsageError(f"baseline: there is no file {name!r}: `letsbe scan --write-baseline` writes one", where)
    return baseline.read(root / name, name)


def _artifacts(root: Path, pattern: str, location: Location) -> list[Path]:
    hint = ": build it before the check runs"
    return some_matching(root, pattern, option="artifacts", location=location, hint=hint)


def groups(rules: Sequence[Rule]) -> Mapping[str, list[Rule]]:
    """Rules by group, sorted."""
    found: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.group, rule.id)):
        found.setdefault(rule.group, []).append(rule)
    return found
