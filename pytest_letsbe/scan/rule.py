"""A rule as the engine sees it: what is looked for, where, how a match is confirmed, what to say."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Location
from .globs import matches_any

#: What a rule looks at. ``file`` rules read a format (netrc, kubeconfig), the others a text, a name or a path.
KINDS = ("text", "package", "image", "domain", "env", "import", "path", "file")
SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that a rule must find, or must leave alone, in a file of that name."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of corpora/references or corpora/secrets.

    ``words`` are matched identifier-aware, ``regex`` as written, ``names`` are globs over a surface (packages, images,
    domains, variables, imports, paths). ``trusted`` patterns are ours: they run without a time limit.
    """

    id: str
    check: str
    group: str
    kind: str
    statement: str
    mend: str
    severity: str = "error"
    words: tuple[str, ...] = ()
    regex: str = ""
    names: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    entropy: float = 0.0
    reach: int = 512
    rank: int = 0
    parser: str = ""
    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    bounded: bool = True
    decoded: bool = True
    generated: bool = True
    trusted: bool = True
    dialect: str = "own"
    location: Location = field(default=Location("rules"), compare=False)
    match: tuple[Sample, ...] = field(default=(), compare=False, repr=False)
    not_match: tuple[Sample, ...] = field(default=(), compare=False, repr=False)

    def applies(self, path: str) -> bool:
        """Whether it is for files of this path."""
        return (not self.paths or matches_any(path, self.paths)) and not (
            self.not_paths and matches_any(path, self.not_paths)
        )
