"""redaction: no secret leaves the package through its redactor, and nothing else is lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...masking import describe
from ...model import Case, Invariant, Spec
from ...targets.base import Target
from . import corpus
from .client import Redactor
from .invariants import benign, composed, growth, leak, liveness, malformed, registered, stream, tenants, text
from .invariants.base import Judge
from .options import RedactionOptions
from .samples import named_sample

_RULES = (
    *liveness.RULES,
    *leak.RULES,
    *benign.RULES,
    *text.RULES,
    *stream.RULES,
    *registered.RULES,
    *tenants.RULES,
    *malformed.RULES,
    *growth.RULES,
    *composed.RULES,
)


_COSTLY = frozenset({"linear-growth", "deterministic", "structure-preserved"})
_LONG = ("composed/", "end/", "long-", "megabyte", "windows/")


class RedactionCheck:
    """See ``checks.base.Check``."""

    name = "redaction"
    role = "redactor"
    options = RedactionOptions
    preconditions = frozenset({liveness.LIVENESS.id})
    invariants: tuple[Invariant, ...] = tuple(dict.fromkeys(rule.invariant for rule in _RULES))

    def __init__(self) -> None:
        # What a target answered is judged by several invariants and asked for once.
        self._redactors: dict[Target, Redactor] = {}
        self._judges: dict[tuple[str, str], Judge] = {}

    def cases(self, spec: Spec) -> list[Case]:
        loaded = corpus.load(spec)
        cases: list[Case] = []
        for rule in _RULES:
            for case in rule.cases(loaded, spec):
                self._judges[case.invariant, case.name] = rule.judge
                cases.append(case)
        order = {invariant.id: place for place, invariant in enumerate(self.invariants)}
        return sorted(cases, key=lambda case: (order[case.invariant], *_as_people_read(case.name)))

    def costly(self, case: Case) -> bool:
        """Growth and restarts take seconds, and so do texts of a megabyte."""
        return case.invariant in _COSTLY or case.name.startswith(_LONG)

    def run(self, case: Case, target: Target | None) -> None:
        if target is None:
            raise ValueError("redaction needs a target")
        if target not in self._redactors:
            self._redactors[target] = Redactor(target)
        self._judges[case.invariant, case.name](case, self._redactors[target])

    def corpus_cases(self, path: Path) -> list[Case]:
        """One case for each row of a corpus file, which ``validate`` judges."""
        return corpus.validation_cases(path)

    def validate(self, case: Case) -> None:
        corpus.validate(case)

    def sample_lines(self, spec: Spec, sample: str) -> list[str]:
        found = named_sample(corpus.load(spec), sample)
        if found is None:
            return []
        return [
            f"secret     {describe(found.secret.kind, found.secret.value)}, written {found.encoding}",
            f"sent       {found.excerpt(found.text)}",
            f"must stay  {', '.join(map(repr, found.carried.keep)) or '-'}",
        ]

    def sample_request(self, spec: Spec, sample: str) -> dict[str, Any] | None:
        found = named_sample(corpus.load(spec), sample)
        return None if found is None else {"id": 1, "op": "redact", "input": found.ask().input()}


def _as_people_read(name: str) -> tuple[str, bool, str]:
    """Kind by kind, and of each kind first what is written plain: who leaks that needn't look at the encodings yet."""
    return name.partition("/")[0], not name.endswith("/plain"), name
