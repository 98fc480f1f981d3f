"""The gating corpora: read once, and every vector proven by its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .... import corpora
from ....data import data_dir
from ....globbing import some_matching
from ....model import Case, Location, Spec, UsageError
from .sandbox import missing, run
from .vectors import Lookalike, Program, Vector, parse_lookalike, parse_program, parse_vector

SECTIONS = ("vectors", "lookalikes", "programs")
_PARSERS: Mapping[str, Callable[[corpora.Row], Vector | Lookalike | Program]] = {
    "vectors": parse_vector,
    "lookalikes": parse_lookalike,
    "programs": parse_program,
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """What one manifest entry is judged with; vectors sorted by class and id."""

    vectors: tuple[Vector, ...]
    lookalikes: tuple[Lookalike, ...]
    programs: tuple[Program, ...]


def load(spec: Spec, extra: Sequence[str] = ()) -> Corpus:
    """The shipped corpora, those that other packages registered, and the files that ``extra`` globs match.

    Raises:
        UsageError: a bad row, an id that stands twice, or a glob that matches nothing, with its place.
    """
    files = sorted((data_dir("corpora") / "gating").glob("*.yaml"))
    files += [path for folder in spec.corpora for path in sorted(folder.glob("*.yaml"))]
    for pattern in extra:
        files += some_matching(spec.root, pattern, option="extra", location=spec.at("extra"))
    return _corpus(item for path in dict.fromkeys(files) for item in _parsed(path))


def shipped() -> Corpus:
    """The shipped corpora alone."""
    return load(Spec("gating", None, Path.cwd(), Location("letsbe.yaml")))


def validation_cases(path: Path) -> list[Case]:
    """One case for each row of a corpus file; its ``data`` is the row, see ``validate``."""
    rows = corpora.read(path, SECTIONS)
    return [Case("gating", row.section, row.id or "row", row.location, data=row) for row in rows]


def validate(case: Case) -> None:
    """Parse one row and prove it by its effect, where what it needs is installed.

    Raises:
        UsageError: names ``file:line``, and what is off or didn't happen.
    """
    item = _PARSERS[case.data.section](case.data)
    if not isinstance(item, Program):
        prove(item)


def prove(item: Vector | Lookalike) -> str | None:
    """Run it: a vector must have the effect, a look-alike must not.

    Returns:
        What is missing on this machine, so that nothing was proven; None when it is proven.

    Raises:
        UsageError: the effect is not what the row says.
    """
    lacking = missing(item.needs)
    if lacking is not None:
        return lacking
    ended = run(item.command, item.setup)
    if isinstance(item, Vector) and not ended.effect:
        raise UsageError(f"{item.id} has no effect here: {item.command!r} {ended.told}", item.location)
    if isinstance(item, Lookalike) and (ended.effect or ended.status != 0):
        did = "has the denied effect" if ended.effect else "fails"
        raise UsageError(f"{item.id} isn't harmless: {item.command!r} {did}; it {ended.told}", item.location)
    return None


def _corpus(items: Iterable[Vector | Lookalike | Program]) -> Corpus:
    vectors: dict[str, Vector] = {}
    lookalikes: list[Lookalike] = []
    programs: list[Program] = []
    for item in items:
        if isinstance(item, Vector):
            if item.name in vectors:
                raise UsageError(f"{item.name} stands already at {vectors[item.name].location}", item.location)
            vectors[item.name] = item
        elif isinstance(item, Lookalike):
            lookalikes.append(item)
        else:
            programs.append(item)
    return Corpus(tuple(vectors[name] for name in sorted(vectors)), tuple(lookalikes), tuple(programs))


@lru_cache(maxsize=64)
def _parsed(path: Path) -> tuple[Vector | Lookalike | Program, ...]:
    return tuple(_PARSERS[row.section](row) for row in corpora.read(path, SECTIONS))
