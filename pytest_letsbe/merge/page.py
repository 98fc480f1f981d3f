"""A merged verdict as one static HTML page: no network, no script, to read, to print, or to walk by keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from importlib.resources import files
from typing import Any

from .. import __version__
from .kills import to_sections
from .verdict import CaseVerdict, CheckVerdict, Merged, PackageVerdict

#: A page that people open on a phone; what doesn't fit is counted.
MOST_BYTES = 300_000
_FINDINGS, _WITH_EVIDENCE, _SLOWEST = 60, 20, 10
#: Waivers that end within so many days are about to.
_SOON = timedelta(days=30)
_CLASS = {"passed": "good", "waived": "warn"}


def to_html(merged: Merged, *, today: date, selfcheck: Mapping[str, Any] | None = None) -> str:
    """The page; ``selfcheck`` is what ``letsbe selfcheck --json`` printed, for the kill matrix."""
    word, css = ("every required check is proven", "good") if merged.satisfied else ("not releasable", "bad")
    size = f"{_count(len(merged.packages), 'package')}, {_count(len(merged.reports), 'report')}"
    body = [
        f'<header><h1>letsbe: <span class="{css}">{word}</span></h1>',
        f'<p class="quiet">{size}, {today.isoformat()}, pytest-letsbe {__version__}</p>',
        _navigation(merged, selfcheck),
        "</header><main>",
    ]
    if not merged.packages:
        body.append('<p class="bad">There is no report, so nothing is proven.</p>')
    for package in merged.packages:
        body += _package(package)
    body += _waivers(merged.packages, today)
    body += _timings(merged.packages)
    body += to_sections(selfcheck, MOST_BYTES // 3) if selfcheck else []
    body.append("</main>")
    return document(f"letsbe: {word}", body)


def document(title: str, body: Iterable[str], *, more_style: str = "") -> str:
    """A whole page of this look; ``body`` is HTML, and so safe already, ``title`` is text."""
    style = files("pytest_letsbe.merge").joinpath("page.css").read_text(encoding="utf-8") + more_style
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def navigation(links: Iterable[tuple[str, str]]) -> str:
    """Links to the page's own sections: where to, and what they are called."""
    items = "".join(f'<li><a href="{escape(to, quote=True)}">{escape(text)}</a></li>' for to, text in links)
    return f'<nav aria-label="Sections"><ul>{items}</ul></nav>'


def _navigation(merged: Merged, selfcheck: Mapping[str, Any] | None) -> str:
    links = [(f"#package-{package.name}", package.name) for package in merged.packages]
    links += [("#waivers", "waivers"), ("#timings", "timings")] + ([("#kills", "kill matrix")] if selfcheck else [])
    return navigation(links)


def _package(package: PackageVerdict) -> Iterable[str]:
    css, word = ("good", "proven") if package.satisfied else ("bad", "not releasable")
    commits = ", ".join(commit[:12] if commit else "no commit" for commit in package.commits)
    yield f'<section><h2 id="package-{escape(package.name, quote=True)}">{escape(package.name)}:'
    yield f' <span class="{css}">{word}</span></h2><p class="quiet">{escape(commits)}</p>'
    for reason in package.reasons:
        yield f'<p class="bad">{escape(reason)}</p>'
    yield '<div class="scroll" tabindex="0"><table class="matrix"><caption>Required-check matrix</caption>'
    yield '<thead><tr><th scope="col">check</th>'
    yield '<th scope="col">verdict</th><th scope="col" class="number">passed</th>'
    yield '<th scope="col" class="number">failed</th><th scope="col" class="number">other</th>'
    yield '<th scope="col" class="why">why</th></tr></thead><tbody>'
    for check in sorted(package.checks, key=lambda check: (not check.required, check.name)):
        yield _row(check)
    yield "</tbody></table></div>"
    yield from _findings([case for check in package.checks for case in check.cases if case.outcome == "failed"])
    yield "</section>"


def _row(check: CheckVerdict) -> str:
    css = _CLASS.get(check.status, "bad" if check.required else "warn")
    optional = "" if check.required else ' <span class="quiet">(not required)</span>'
    counts = check.counts
    other = len(check.cases) - counts.passed - counts.failed
    why = "<br>".join(escape(_cut(reason)) for reason in check.reasons)
    return (
        f'<tr><th scope="row">{escape(check.name)}{optional}</th><td class="status {css}">{check.status}</td>'
        f'<td class="number">{counts.passed:,}</td><td class="number">{counts.failed:,}</td>'
        f'<td class="number">{other:,}</td><td class="why">{why}</td></tr>'
    )


def _findings(cases: Sequence[CaseVerdict]) -> Iterable[str]:
    if not cases:
        return
    yield f"<h3>{_count(len(cases), 'finding')}</h3>"
    for number, case in enumerate(cases[:_FINDINGS]):
        where = f'<span class="where">{escape(case.where)}</span> ' if case.where else ""
        yield f"<details{' open' if number < 3 else ''}>"
        yield f"<summary>{where}{escape(_cut(case.message) or 'failed')}</summary>"
        if case.evidence and number < _WITH_EVIDENCE:
            yield f'<pre tabindex="0">{escape(chr(10).join(map(_cut, case.evidence)))}</pre>'
        yield f"<p><code>{escape(case.id)}</code></p></details>"
    if len(cases) > _FINDINGS:
        yield f'<p class="quiet">+{len(cases) - _FINDINGS} more findings stand in the JSON report.</p>'


def _waivers(packages: Sequence[PackageVerdict], today: date) -> Iterable[str]:
    rows = [(waiver, package.name) for package in packages for waiver in package.waivers]
    yield '<section><h2 id="waivers">Waivers</h2>'
    if not rows:
        yield '<p class="quiet">None.</p></section>'
        return
    yield '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">until</th><th scope="col">package</th>'
    yield '<th scope="col">waived</th><th scope="col">reason</th></tr></thead><tbody>'
    for waiver, package in sorted(rows, key=lambda row: (row[0].until, row[1], row[0].id)):
        left = waiver.until - today
        css = "bad" if left.days < 0 else "warn" if left <= _SOON else ""
        note = "expired" if left.days < 0 else f"{left.days} days left" if left <= _SOON else ""
        yield f'<tr><td class="status {css}">{waiver.until.isoformat()} {note}</td><td>{escape(package)}</td>'
        yield f"<td><code>{escape(waiver.id)}</code></td><td>{escape(_cut(waiver.reason))}</td></tr>"
    yield "</tbody></table></div></section>"


def _timings(packages: Sequence[PackageVerdict]) -> Iterable[str]:
    spent = [
        (sum(case.seconds for case in check.cases), package.name, check.name, len(check.cases))
        for package in packages
        for check in package.checks
        if check.cases
    ]
    slow = sorted(
        ((case.seconds, package.name, case.id) for package in packages for c in package.checks for case in c.cases),
        reverse=True,
    )
    yield '<section><h2 id="timings">Timings</h2><div class="scroll" tabindex="0"><table>'
    yield "<caption>Seconds by check</caption><tbody>"
    longest = max((seconds for seconds, *_ in spent), default=0.0) or 1.0
    for seconds, package, check, cases in sorted(spent, reverse=True):
        width = 12 * seconds / longest
        yield f'<tr><th scope="row">{escape(package)} {escape(check)}</th><td class="number">{cases:,} cases</td>'
        yield f'<td class="number">{seconds:.1f} s</td>'
        yield f'<td><span class="bar" style="width:{width:.2f}rem"></span></td></tr>'
    yield "</tbody></table></div><h3>Slowest cases</h3><ol>"
    for seconds, package, case in slow[:_SLOWEST]:
        yield f"<li>{seconds:.2f} s {escape(package)} <code>{escape(case)}</code></li>"
    yield "</ol></section>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _cut(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
