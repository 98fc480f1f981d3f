"""What the oracle looks for: the cores of one secret, prepared so that a clean text is told in microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .decoders import fold, squash
from .masks import Unit, units_of
from .model import Secret
from .views import Decoder, View, decoders_for

#: So many characters of a core in a row are a leak wherever they stand.
RUN = 8
# Any RUN characters in a row hold four that begin at a multiple of five: testing those is enough to say no.
_GRAM, _STRIDE = 4, 5


@dataclass(frozen=True, slots=True)
class Needle:
    """One core, squashed; ``whole`` is its lower case when a change of case would still give it away.

    ``grams`` are its sampled pieces of four, each with the places it begins at.
    """

    core: str
    grams: tuple[tuple[str, tuple[int, ...]], ...]
    whole: str

    def stands_in(self, view: View) -> bool:
        """Whether a telling run of the core, or all of it in another case, stands in the view."""
        return self._shares_run(view.squashed) or (bool(self.whole) and self.whole in view.squashed.lower())

    def _shares_run(self, text: str) -> bool:
        core = self.core
        if len(core) < RUN:
            return False
        if len(core) <= len(text):
            return any(gram in text and any(_any_run(core, at, text) for at in places) for gram, places in self.grams)
        last = len(text) - _GRAM
        return any(text[at : at + _GRAM] in core and _any_run(text, at, core) for at in range(0, last + 1, _STRIDE))

    def runs(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of the maximal stretches of the core, ``RUN`` or longer, that stand in the text."""
        core, at = self.core, 0
        while at + RUN <= len(core):
            if core[at : at + RUN] not in text:
                at += 1
                continue
            low, high = RUN, len(core) - at
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (middle, high) if core[at : at + middle] in text else (low, middle - 1)
            yield at, at + low
            at += low - RUN + 1

    def shared(self, text: str) -> int:
        """How many characters of the core lie in such stretches."""
        return covered(self.runs(text)) if self._shares_run(text) else 0


def covered(runs: Iterable[tuple[int, int]]) -> int:
    """How many places lie in at least one of the runs, which are in order."""
    total = end = 0
    for start, stop in runs:
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total


def _any_run(needle: str, at: int, text: str) -> bool:
    first, last = max(0, at - RUN + _GRAM), min(at, len(needle) - RUN)
    return any(needle[start : start + RUN] in text for start in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one secret that doesn't depend on the output."""

    needles: tuple[Needle, ...]
    units: tuple[Unit, ...]
    steps: tuple[Decoder, ...]


@lru_cache(maxsize=512)
def profile_of(secret: Secret) -> Profile:
    """The profile of a secret; a core beyond ASCII is sought in its compatibility form as well."""
    cores = tuple(dict.fromkeys(core for core in secret.cores if squash(core)))
    sought = dict.fromkeys(form for core in map(squash, cores) for form in (core, squash(fold(core))))
    # A short core proves nothing by itself, the whole value does.
    if all(len(core) < RUN for core in sought):
        sought[squash(secret.value)] = None
    return Profile(
        tuple(_needle(core) for core in sought if core), units_of(secret.value, cores), decoders_for(secret.value)
    )


def _needle(core: str) -> Needle:
    grams: dict[str, tuple[int, ...]] = {}
    for at in range(0, len(core) - _GRAM + 1, _STRIDE):
        gram = core[at : at + _GRAM]
        grams[gram] = (*grams.get(gram, ()), at)
    return Needle(core, tuple(grams.items()), core.lower() if len(core) >= RUN and core.lower() != core.upper() else "")
