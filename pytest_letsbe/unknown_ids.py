"""What pytest's "not found" leaves open: which case of letsbe.yaml was probably meant."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .model import Case
from .suggest import did_you_mean


def unknown_ids(arguments: Sequence[str], folder: Path, manifests: Iterable[tuple[Path, Sequence[Case]]]) -> list[str]:
    """A line for each argument such as ``letsbe.yaml::redaction::no-leek[x]`` that names no case of its manifest."""
    known = {path: list(cases) for path, cases in manifests}
    lines = []
    for argument in arguments:
        path, _, asked = argument.partition("::")
        cases = known.get(Path(os.path.normpath(folder / path)))
        if asked and cases is not None and (line := _unknown(asked, cases)) is not None:
            lines.append(f"{path}: {line}")
    return lines


def _unknown(asked: str, cases: Sequence[Case]) -> str | None:
    check, _, rest = asked.partition("::")
    invariant, bracket, name = rest.partition("[")
    for what, part, known in _levels(check, invariant, name.removesuffix("]") if bracket else "", cases):
        if part and part not in known:
            return f"{what} `{part}`{did_you_mean(part, known) or '; `--collect-only -q` lists them'}"
    return None


def _levels(check: str, invariant: str, name: str, cases: Sequence[Case]) -> Iterator[tuple[str, str, list[str]]]:
    """What is missed, as it was spelled, and what there is, from the check to the case."""
    yield "no check", check, list(dict.fromkeys(case.check for case in cases))
    of_check = [case for case in cases if case.check == check]
    yield f"{check} has no invariant", invariant, list(dict.fromkeys(case.invariant for case in of_check))
    yield f"{check}::{invariant} has no case", name, [case.name for case in of_check if case.invariant == invariant]
