"""The redaction corpora of one manifest entry: kinds, benign texts, carriers, parsed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ... import corpora
from ...data import data_dir
from ...globbing import some_matching
from ...model import Case, Location, Spec, UsageError
from ...suggest import did_you_mean
from .carriers import parse_carrier
from .encodings import ENCODINGS
from .kinds import Benign, parse_benign, parse_kind
from .model import TIERS, Carrier, Encoding, Kind
from .options import RedactionOptions

SECTIONS = ("kinds", "texts", "carriers")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What one manifest entry is judged with, each list sorted by id."""

    kinds: tuple[Kind, ...]
    benign: tuple[Benign, ...]
    carriers: tuple[Carrier, ...]
    encodings: tuple[Encoding, ...]


def load(spec: Spec) -> Corpus:
    """Read the corpora that the manifest names, its ``extra`` files, and the shipped carriers.

    Raises:
        UsageError: an unknown corpus, carrier or tier, or a bad row, with its place.
    """
    options = spec.options
    folder = data_dir("corpora") / "redaction"
    files = [corpora.find(name, "redaction", spec.corpora, spec.at("corpus")) for name in (*options.corpus, "benign")]
    for pattern in options.extra:
        files += some_matching(spec.root, pattern, option="extra", location=spec.at("extra"))
    items: dict[tuple[str, str], Kind | Benign | Carrier] = {}
    for path in dict.fromkeys([folder / "carriers.yaml", *files]):
        for section, item in _parsed(path):
            if (section, item.id) in items:
                raise UsageError(f"id {item.id!r} stands already at {items[section, item.id].location}", item.location)
            items[section, item.id] = item
    everything = [items[key] for key in sorted(items)]
    kinds = tuple(item for item in everything if isinstance(item, Kind))
    carriers = {item.id: item for item in everything if isinstance(item, Carrier)}
    if not kinds:
        raise UsageError("the corpora hold no kind of secret: nothing would be proven", spec.location)
    chosen = _selected(options.carriers, carriers, spec.at("carriers"))
    return Corpus(
        kinds,
        tuple(item for item in everything if isinstance(item, Benign)),
        tuple(carrier for carrier in carriers.values() if carrier.id in chosen),
        tuple(encoding for encoding in ENCODINGS if encoding.id in chosen),
    )


def named(names: Sequence[str]) -> Corpus:
    """Shipped corpora by name, with the default carriers, for tests written in Python."""
    options = RedactionOptions(corpus=list(names))
    return load(Spec("redaction", options, Path.cwd(), Location("redaction_corpus")))


def validation_cases(path: Path) -> list[Case]:
    """One case for each row of a corpus file; its ``data`` is the row, see ``validate``."""
    rows = corpora.read(path, SECTIONS)
    return [Case("redaction", row.section, row.id or "row", row.location, data=row) for row in rows]


def validate(case: Case) -> None:
    """Parse one row; ``UsageError`` names ``file:line`` and the mend."""
    _parse(case.data)


@lru_cache(maxsize=64)
def _parsed(path: Path) -> tuple[tuple[str, Kind | Benign | Carrier], ...]:
    return tuple((row.section, _parse(row)) for row in corpora.read(path, SECTIONS))


def _parse(row: corpora.Row) -> Kind | Benign | Carrier:
    if row.section == "kinds":
        return parse_kind(row.data, row.location, row.corpus)
    if row.section == "texts":
        return parse_benign(row.data, row.location)
    return parse_carrier(row.data, row.location)


def _selected(wanted: Sequence[str], carriers: Mapping[str, Carrier], location: Location) -> set[str]:
    """Ids of the carriers and encodings in the wanted tiers, or named one by one."""
    items: list[Carrier | Encoding] = [*carriers.values(), *ENCODINGS]
    chosen: set[str] = set()
    for word in wanted:
        if word in TIERS:
            tiers = TIERS[: TIERS.index(word) + 1]
            chosen |= {item.id for item in items if item.tier in tiers}
        elif any(item.id == word for item in items):
            chosen.add(word)
        else:
            known = [*TIERS, *(item.id for item in items)]
            raise UsageError(f"carriers: no tier, carrier or encoding {word!r}{did_you_mean(word, known)}", location)
    # Naming only encodings leaves the ordinary carriers in place, and the other way round.
    if not chosen & carriers.keys():
        chosen |= {c.id for c in carriers.values() if c.tier == "must"}
    return chosen | {"plain"}
