"""shellcheck: every shell script was looked at, fails loudly, runs no download unseen, and shows no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...model import Case, CheckFailure, Invariant, Location, Spec, Vacuous
from ...scan.globs import matches_any
from ...targets.base import Target
from ..findings import refuse
from . import lint, rules
from .options import ShellcheckOptions
from .scripts import Script, scripts

LIVENESS = Invariant("liveness", "ShellCheck runs, finds what is planted for it, and there are scripts to look at.")
LOOKED_AT = Invariant(
    "looked-at", "Every script that is expected was looked at.", "shellcheck exits 0 for a glob that matches nothing"
)
CLEAN = Invariant("clean", "ShellCheck has nothing to say, from the severity on that the manifest names.")
RULES: Mapping[Invariant, Callable[[Script], Iterator[rules.Finding]]] = {
    Invariant(
        "stops-at-errors", "A script stops at its first error: `set -euo pipefail`.", "bash(1), set"
    ): rules.stops_at_errors,
    Invariant("no-pipe-to-shell", "Nothing that was just downloaded is run unseen.", "CWE-494"): rules.runs_no_download,
    Invariant(
        "no-secret-argument", "No secret stands among a program's arguments.", "CWE-214, proc(5) cmdline"
    ): rules.shows_no_secret,
    Invariant("quoted-secrets", "Every secret is quoted where it is used.", "SC2086"): rules.quotes_secrets,
}
#: SC2086: what any ShellCheck must find.
_PLANTED = b'#!/bin/sh\nx="$1"\nrm $x\n'
_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """One manifest's scripts; found and linted once for all its cases."""

    root: Path
    options: ShellcheckOptions


class ShellcheckCheck:
    """See ``checks.base.Check``."""

    name = "shellcheck"
    role: str | None = None
    options = ShellcheckOptions
    preconditions = frozenset({LIVENESS.id})
    invariants: tuple[Invariant, ...] = (LIVENESS, LOOKED_AT, CLEAN, *RULES)

    def __init__(self) -> None:
        self._scripts: dict[_Place, list[Script]] = {}
        self._comments: dict[_Place, list[lint.Comment]] = {}

    def cases(self, spec: Spec) -> list[Case]:
        """One case an invariant: a repo's scripts are few, and a finding names its own line."""
        place = _Place(spec.root, spec.options)
        names = {LIVENESS.id: "planted", LOOKED_AT.id: "expected"}
        return [
            Case(self.name, invariant.id, names.get(invariant.id, "scripts"), spec.location, data=place)
            for invariant in self.invariants
        ]

    def run(self, case: Case, target: Target | None = None) -> None:
        place: _Place = case.data
        if case.invariant == LIVENESS.id:
            self._judge_liveness(place)
        elif case.invariant == LOOKED_AT.id:
            self._judge_looked_at(place)
        elif case.invariant == CLEAN.id:
            comments = self._said(place)
            refuse([(f"{c.message} (SC{c.code})", Location(c.path, c.line, c.column)) for c in comments])
        else:
            rule = next(rule for invariant, rule in RULES.items() if invariant.id == case.invariant)
            found = [(script, finding) for script in self._all(place) for finding in dict.fromkeys(rule(script))]
            refuse([(sentence, Location(script.path, line)) for script, (line, sentence) in found])

    def _judge_liveness(self, place: _Place) -> None:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="letsbe-shellcheck-") as folder:
            (Path(folder) / "planted.sh").write_bytes(_PLANTED)
            planted = Script("planted.sh", _PLANTED, "sh", "", True)
            if not any(c.code == 2086 for c in lint.run(Path(folder), [planted], "info", place.options.timeout)):
                raise CheckFailure("ShellCheck doesn't find what was planted for it: its other answers prove nothing")
        if not any(rules.stops_at_errors(planted)):
            raise CheckFailure("the suite's own rules don't find what was planted for them")
        if not self._all(place):
            raise Vacuous("there is no shell script here: is the manifest in the repo, and is anything committed?")

    def _judge_looked_at(self, place: _Place) -> None:
        paths = [script.path for script in self._all(place)]
        lost = [glob for glob in place.options.expect if not any(matches_any(path, [glob]) for path in paths)]
        if lost:
            evidence = [f"looked at: {', '.join(paths[:_SHOWN])}" + (" ..." if len(paths) > _SHOWN else "")]
            raise CheckFailure(f"no script that was looked at matches {', '.join(lost)}", evidence=evidence)

    def _all(self, place: _Place) -> list[Script]:
        if place not in self._scripts:
            self._scripts[place] = scripts(place.root, tuple(place.options.exclude))
        return self._scripts[place]

    def _said(self, place: _Place) -> list[lint.Comment]:
        if place not in self._comments:
            self._comments[place] = lint.run(
                place.root, self._all(place), place.options.severity, place.options.timeout
            )
        return self._comments[place]
