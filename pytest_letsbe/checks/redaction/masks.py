"""What a mask shows: the text that came in a secret's place, and how much of the secret stands in it.

``ab…wxyz`` is fine for 40 characters and a leak for 12. Short runs count only here, in the place of the secret, where
they can't be chance; a run must also be set off from what surrounds it, since a pseudonym of 64 hex digits
holds any four digits often enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .decoders import squash

#: Of a mask's text not more than this is looked at.
_MOST = 20_000
_WORDS = r"(?i:redacted|masked|hidden|removed|filtered|omitted|truncated|secret)"
_MASK_AFTER = re.compile(rf"(\w)\1\1|{_WORDS}")
_MASK_BEFORE = re.compile(rf"(?:(\w)\1\1|{_WORDS})\Z")


@dataclass(frozen=True, slots=True, repr=False)
class Unit:
    """A text that stands in the carrier as one piece, and where the cores are within it."""

    text: str
    cores: tuple[tuple[int, int], ...]

    def squashed(self) -> Unit:
        """The same without white space."""
        return Unit(
            squash(self.text),
            tuple((len(squash(self.text[:start])), len(squash(self.text[:stop]))) for start, stop in self.cores),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """What came in the place of a unit; ``offset`` is where it begins in the output."""

    unit: Unit
    offset: int
    text: str


def units_of(value: str, cores: Sequence[str]) -> tuple[Unit, ...]:
    """The whole value with the cores it holds, then every core by itself (a text may hold only that)."""
    spans = tuple((at, at + len(core)) for core in cores if (at := value.find(core)) >= 0)
    whole = (Unit(value, spans),) if spans else ()
    return whole + tuple(
        Unit(core, ((0, len(core)),)) for core in sorted(cores, key=len, reverse=True) if core != value
    )


def places(given: str, output: str, units: Sequence[Unit]) -> list[Place]:
    """Where each unit of ``given`` went in ``output``; empty when ``given`` holds none of them."""
    between, found = [given], list[Unit]()
    for unit in units:
        if unit.text in given:
            between, found = _split(between, found, unit)
    if not found:
        return []
    if not (output.startswith(between[0]) and output.endswith(between[-1])):
        return _one_place(given, output, between, found)
    result: list[Place] = []
    at = len(between[0])
    end = max(at, len(output) - len(between[-1]))
    for unit, following in zip(found, between[1:], strict=True):
        last = unit is found[-1] and len(result) == len(found) - 1
        stop = end if last else output.find(following, at, end) if following else at
        if stop < 0:
            return _one_place(given, output, between, found)
        result.append(Place(unit, at, output[at:stop]))
        at = stop + len(following)
    return result


def _split(between: list[str], found: list[Unit], unit: Unit) -> tuple[list[str], list[Unit]]:
    """Cut the unit out of the texts between the units found so far."""
    texts: list[str] = []
    units: list[Unit] = []
    for text, following in zip(between, [*found, None], strict=True):
        pieces = text.split(unit.text)
        texts += pieces
        units += [unit] * (len(pieces) - 1)
        if following is not None:
            units.append(following)
    return texts, units


def _one_place(given: str, output: str, between: Sequence[str], found: Sequence[Unit]) -> list[Place]:
    """The carrier changed too: one place, from the first difference to the last, stands for every unit."""
    start = min(common_prefix(given, output), len(between[0]))
    stop = max(start, len(output) - min(common_prefix(given[::-1], output[::-1]), len(between[-1])))
    return [Place(unit, start, output[start:stop]) for unit in dict.fromkeys(found)]


def common_prefix(one: str, other: str) -> int:
    """How many characters two texts have in common at their start, by bisection."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def shown(place: Place, carrier: str) -> list[tuple[int, int]]:
    """For each core of the unit: how many of its characters the place shows, and the longest run of them.

    ``carrier`` is the input without its secrets: what stands there isn't shown by the mask.
    """
    text, value = place.text[:_MOST], place.unit.text
    revealed = [0] * len(value)  # 0: hidden, else the number of the run that shows it
    head = _head(text, value)
    tail = _tail(text[head[1] :], value) if head[1] < len(text) else (0, 0)
    runs = [(head[0], head[1])] if head[1] else []
    if tail[1]:
        runs.append(tail)
    inner = text[head[1] : len(text) - tail[1]]
    runs += _inner(inner, value, carrier) or _sieved(inner, value, head[1], len(value) - tail[1])
    for number, (start, length) in enumerate(runs, 1):
        revealed[start : start + length] = [number] * length
    result = []
    for start, stop in place.unit.cores:
        numbers = revealed[start:stop]
        counts = [numbers.count(number) for number in set(numbers) - {0}]
        result.append((sum(counts), max(counts, default=0)))
    return result


def _head(text: str, value: str) -> tuple[int, int]:
    """The start of the value that the text starts with, if two characters or more and then a mask."""
    length = common_prefix(text, value)
    return (0, length) if length >= 2 and _stands_out(text, 0, length) else (0, 0)


def _tail(text: str, value: str) -> tuple[int, int]:
    length = common_prefix(text[::-1], value[::-1])
    fits = length >= 2 and _stands_out(text, len(text) - length, len(text))
    return (len(value) - length, length) if fits else (0, 0)


def _inner(text: str, value: str, carrier: str) -> list[tuple[int, int]]:
    """Runs of four and more in the middle of the text, none overlapping another."""
    runs: list[tuple[int, int]] = []
    # Nearly always there is none; the shorter of both is gone through to know.
    if len(value) < len(text) and not any(value[at : at + 4] in text for at in range(len(value) - 3)):
        return runs
    at = 0
    while at + 4 <= len(text):
        if text[at : at + 4] not in value:
            at += 1
            continue
        length = 4
        while at + length < len(text) and text[at : at + length + 1] in value:
            length += 1
        run = text[at : at + length]
        if run not in carrier and _stands_out(text, at, at + length):
            runs.append((value.find(run), length))
        at += length
    return runs


def _sieved(text: str, value: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The single characters of ``value[start:stop]`` that a mask with holes shows in their order: ``a*c*e*``.

    A quarter of the text is the mask's character, and all that isn't is the value's: nothing else looks so by chance.
    """
    if not text or len(text) > 2 * (stop - start) + 2:
        return []
    mask = max(sorted(set(text)), key=lambda char: 0 if char.isalnum() and char not in "xX" else text.count(char))
    if 4 * text.count(mask) < len(text):
        return []
    runs: list[tuple[int, int]] = []
    same_length = len(text) == stop - start
    at = start
    for place, char in enumerate(text, start):
        if char == mask:
            continue
        at = place if same_length else value.find(char, at, stop)
        if at < 0 or value[at] != char:
            return []
        if char.isalnum():
            runs.append((at, 1))
        at += 1
    return runs


def _stands_out(text: str, start: int, stop: int) -> bool:
    """Whether a run is set off on both sides: by the text's end, a separator, or a mask."""
    run = text[start:stop]
    before, after = text[start - 1 : start], text[stop : stop + 1]
    if len(set(run)) == 1 and run[0] in (before, after):
        return False  # the run is part of a mask of one repeated character
    free_before = not before.isalnum() or _MASK_BEFORE.search(text[max(0, start - 12) : start]) is not None
    free_after = not after.isalnum() or _MASK_AFTER.match(text, stop) is not None
    return free_before and free_after
