"""The leak oracle: whether an output gives a secret away, plain, encoded, cut to pieces or half masked.

A secret leaks when eight characters of a core in a row, or more than a third of a core, can be read from the
output after any chain of the encodings the suite knows. A third is counted only in the place where the secret
stood, since short runs elsewhere are chance. What the input says beside the secret is never a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .binary import inflate, text_of
from .decoders import squash
from .digests import find_digest
from .masks import Place, places, shown
from .model import Secret
from .needles import RUN, Needle, Profile, covered, profile_of
from .views import View, views

__all__ = ["RUN", "SHARE", "Leak", "find_digest", "find_leak"]

#: Above this share of a core, pieces of it are a leak.
SHARE = 1 / 3
_GONE = "\0"
_VIEWS_AFTER = 12


@dataclass(frozen=True, slots=True)
class Leak:
    """How much of a core of ``length`` characters came back, and how it was read; never the text itself.

    ``chain`` names the decoders, outermost first; ``offset`` is where the run stands in the text they lead to.
    """

    share: float
    longest: int
    length: int
    chain: tuple[str, ...]
    offset: int

    def __str__(self) -> str:
        how = f", read {' then '.join(self.chain)}" if self.chain else ""
        run = f"{self.longest} of {self.length} characters in a row"
        return f"{run}, {self.share:.0%} of the secret, at offset {self.offset}{how}"


def find_leak(output: str | bytes, secret: Secret, *, given: str | None = None) -> Leak | None:
    """The nearest leak of the secret in the output, or None.

    ``given`` is the text that was redacted; with it, partial masks are judged too, and runs that its other words
    share with the secret don't count. Without it only runs of eight (and short cores as whole words) do.
    """
    profile = profile_of(secret)
    near: list[View] = []
    carrier: _Carrier | None = None
    found: list[Leak] = []
    more = _VIEWS_AFTER
    for view in _readings(output, profile):
        if len(view.chain) <= 1:
            near.append(view)
        for needle in profile.needles:
            if needle.stands_in(view):
                carrier = carrier or _Carrier(given, profile)
                leak = _run_leak(view, needle, carrier.allows)
                if leak is not None:
                    found.append(leak)
        # An escape may cut the run in the nearest reading: the next ones often show all of it.
        if found:
            more -= 1
            if more == 0 or any(leak.share == 1 for leak in found):
                break
    if found:
        return max(found, key=lambda leak: leak.share)
    return _short_words(near, profile) if given is None else _mask_leak(near, given, profile)


def _readings(output: str | bytes, profile: Profile) -> Iterator[View]:
    if isinstance(output, str):
        yield from views(output, (), profile.steps)
        return
    yield from views(text_of(output), (), profile.steps)
    for name, inflated in inflate(output):
        yield from views(text_of(inflated), (name,), profile.steps)


def _run_leak(view: View, needle: Needle, allows: Callable[[str, str], bool]) -> Leak | None:
    text = view.squashed
    core, length = needle.core, len(needle.core)
    runs = [(start, stop) for start, stop in needle.runs(text) if not allows(core[start:stop], text)]
    if not runs and needle.whole and needle.whole in (lower := text.lower()) and not allows(needle.whole, lower):
        core, text, runs = needle.whole, lower, [(0, length)]
    if not runs:
        return None
    start, stop = max(runs, key=lambda run: run[1] - run[0])
    return Leak(covered(runs) / length, stop - start, length, view.chain, _offset(view.text, core[start:stop], text))


def _offset(text: str, run: str, squashed: str) -> int:
    """Where the run begins in the text, counting past the white space that was squashed out."""
    at = text.find(run)
    if at >= 0:
        return at
    left = squashed.find(run)
    for place, char in enumerate(text):
        if squash(char):
            if left <= 0:
                return place
            left -= 1
    return 0


class _Carrier:
    """The input without its secret, in every reading: the runs that stand there are no leak."""

    def __init__(self, given: str | None, profile: Profile) -> None:
        self._texts: list[str] = []
        if given is None:
            return
        for view in views(given, (), profile.steps, depth=2):
            text = view.squashed
            for unit in profile.units:
                text = text.replace(squash(unit.text), _GONE)
            for needle in profile.needles:
                text = text.replace(needle.core, _GONE)
            # Where the secret stands in pieces (a stream's deltas) its pieces are no words of the carrier.
            whole = text != view.squashed
            if whole or all(2 * needle.shared(text) <= len(needle.core) for needle in profile.needles):
                self._texts.append(text)

    def allows(self, run: str, text: str) -> bool:
        """Whether the carrier's own words say the run as often as the text does."""
        if not self._texts:
            return False
        often = text.count(run)
        lower = text == text.lower()  # the search ignored case, so do we
        return any((carrier.lower() if lower else carrier).count(run) >= often for carrier in self._texts)


def _mask_leak(near: list[View], given: str, profile: Profile) -> Leak | None:
    """More than a third of a core in the place where the secret stood, as text or one decoding away."""
    leak = _shown_leak(given, near[0].text, (), profile)
    if leak is not None or any(unit.text in given for unit in profile.units):
        return leak
    squashed = replace(profile, units=tuple(unit.squashed() for unit in profile.units))
    leak = _shown_leak(squash(given), near[0].squashed, (), squashed)
    if leak is not None:
        return leak
    outputs = {view.chain: view for view in near}
    for view in views(given, (), profile.steps, depth=1):
        if view.chain and view.chain in outputs:
            leak = _shown_leak(view.squashed, outputs[view.chain].squashed, view.chain, squashed)
            if leak is not None:
                return leak
    return None


def _shown_leak(given: str, output: str, chain: tuple[str, ...], profile: Profile) -> Leak | None:
    found = places(given, output, profile.units)
    if not found:
        return None
    carrier = given
    for unit in profile.units:
        carrier = carrier.replace(unit.text, _GONE)
    return next((leak for place in found if (leak := _judged(place, carrier, chain)) is not None), None)


def _judged(place: Place, carrier: str, chain: tuple[str, ...]) -> Leak | None:
    for (start, stop), (total, longest) in zip(place.unit.cores, shown(place, carrier), strict=True):
        length = stop - start
        if total > length * SHARE:
            return Leak(total / length, longest, length, chain, place.offset)
    return None


def _short_words(near: list[View], profile: Profile) -> Leak | None:
    """Without the input, a core of four to seven characters counts as a whole word only."""
    for view in near:
        for unit in profile.units:
            for start, stop in unit.cores:
                word = unit.text[start:stop]
                if 4 <= len(word) < RUN and (at := _word_at(view.text, word)) >= 0:
                    return Leak(1.0, len(word), len(word), view.chain, at)
    return None


def _word_at(text: str, word: str) -> int:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            return at
        at = text.find(word, at + 1)
    return -1
