"""The kill matrix on the page: what ``letsbe selfcheck --json`` printed, mutants down and invariants across."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def to_sections(selfcheck: Mapping[str, Any], most: int) -> list[str]:
    """A table of rates, then a folded matrix a check; past ``most`` characters they are left out, and said so."""
    checks: Mapping[str, Any] = selfcheck.get("checks", {})
    lines = ['<section><h2 id="kills">Kill matrix</h2><p class="quiet">Each mutant is a correct target with one fault:']
    lines.append("the suite must catch it by the expected invariant, and must spare every correct target.</p>")
    lines.append('<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">check</th>')
    lines.append('<th scope="col" class="number">mutants')
    lines.append('</th><th scope="col" class="number">killed</th><th scope="col">survivors</th>')
    lines.append('<th scope="col">false alarms</th></tr></thead><tbody>')
    lines += [_rate(name, check) for name, check in checks.items()]
    lines.append("</tbody></table></div>")
    size = 0
    for name, check in checks.items():
        matrix = list(_matrix(name, check))
        size += sum(map(len, matrix))
        if size > most:
            lines.append(f'<p class="quiet">The matrix of {escape(name)} is too long for this page.</p>')
            size -= sum(map(len, matrix))
        else:
            lines += matrix
    return [*lines, "</section>"]


def _rate(name: str, check: Mapping[str, Any]) -> str:
    mutants = [subject for subject in check["subjects"] if subject["expected"] is not None]
    killed = len(mutants) - len(check["survivors"])
    css = "good" if killed == len(mutants) and not check["false_alarms"] else "bad"
    return (
        f'<tr><th scope="row">{escape(name)}</th><td class="number">{len(mutants)}</td>'
        f'<td class="number {css}">{killed}</td><td>{_names(check["survivors"])}</td>'
        f"<td>{_names(check['false_alarms'])}</td></tr>"
    )


def _names(names: Sequence[str]) -> str:
    return escape(", ".join(names)) or '<span class="quiet">none</span>'


def _matrix(name: str, check: Mapping[str, Any]) -> Iterable[str]:
    subjects = check["subjects"]
    seen = {i for s in subjects for i in (s["expected"], *s["failed"], *s["not_evaluated"]) if i}
    invariants = sorted(seen)
    width = max((len(subject["name"]) for subject in subjects), default=0)
    yield f"<details><summary>{escape(name)}: {len(subjects)} subjects, {len(invariants)} invariants</summary>"
    yield '<pre tabindex="0">'
    for place, invariant in enumerate(invariants):
        yield escape(f"{'':{width}}  {'|' * place}{invariant}")
    for subject in subjects:
        cells = "".join(_cell(subject, invariant) for invariant in invariants)
        yield escape(f"{subject['name']:{width}}  {cells}  {subject['statement']}")
    yield "</pre><p class='quiet'>K caught as expected, x fails too, - not evaluated, . passed</p></details>"


def _cell(subject: Mapping[str, Any], invariant: str) -> str:
    if invariant in subject["failed"]:
        return "K" if invariant == subject["expected"] else "x"
    return "-" if invariant in subject["not_evaluated"] else "."
