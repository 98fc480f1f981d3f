"""The figures as one static page, to read, to print, or to walk by keyboard: no network, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from .. import __version__
from ..merge.page import document, navigation
from .chart import to_svg
from .definitions import Definition
from .figures import ENOUGH, Figure, Metrics, Series
from .wording import duration, reach, size, spread, value

_CAPTIONS = {
    "duration": "One dot for each; a stroke is the week's median of two or more, a thin line its interval of 95 % (six"
    " or more). The scale is logarithmic. Below: n.",
    "share": "A point is the week's share, its line the interval of 95 %: long where little is known. Below: how many"
    " of how many.",
    "count": "One bar a week. Below: how many.",
}
_PARTS = 40


def to_html(metrics: Metrics) -> str:
    """The page of one week; the same store and week make the same bytes."""
    week = metrics.week
    body = [
        f"<header><h1>letsbe metrics: week {week}</h1>",
        f'<p class="quiet">{week.monday} to {week.sunday} (UTC), and the eleven weeks before it;',
        f"pytest-letsbe {__version__}</p>",
        navigation(
            [(f"#{s.definition.id}", s.definition.title) for s in metrics.series] + [("#reading", "how to read")]
        ),
        '<ul class="cards">',
        *map(_card, metrics.series),
        "</ul></header><main>",
    ]
    for series in metrics.series:
        body += _section(series, metrics)
    body += [
        '<section><h2 id="reading">How to read this</h2>',
        f"<p>n stands beside every figure. Of fewer than {ENOUGH} a share is written as “3 of 7”, since a percentage",
        "would claim more. An interval of 95 % is where the value behind the figures lies if nothing but chance is at",
        "work: Wilson's for a share, that of the order statistics for a median (from six values on). Two weeks whose",
        "intervals overlap widely don't show a change.</p>",
        "<p>There is no target on this page: a figure that people are judged by stops telling what it told.</p>",
        "</section>",
        "</main>",
    ]
    style = files("pytest_letsbe.metrics").joinpath("metrics.css").read_text(encoding="utf-8")
    return document(f"letsbe metrics: week {week}", body, more_style=style)


def _card(series: Series) -> str:
    kind = series.definition.kind
    return (
        f'<li><a href="#{series.definition.id}">{escape(series.definition.title)}</a>'
        f"<strong>{value(kind, series.week)}</strong>"
        f'<span class="quiet">{escape(size(kind, series.week) if kind != "count" else "this week")}</span>'
        f'<span class="quiet">12 weeks: {value(kind, series.whole)}{_beside(series.definition, series.whole)}</span>'
        "</li>"
    )


def _beside(definition: Definition, figure: Figure) -> str:
    beside = size(definition.kind, figure).replace(" ", "\N{NO-BREAK SPACE}")
    return "" if definition.kind == "count" else f" ({beside})"


def _section(series: Series, metrics: Metrics) -> Iterable[str]:
    definition = series.definition
    yield f'<section><h2 id="{definition.id}">{escape(definition.title)}</h2><div class="figure"><div>'
    if series.whole.n:
        yield f"<figure>{to_svg(series, 'chart-' + definition.id)}"
        yield f"<figcaption>{_CAPTIONS[definition.kind]}</figcaption></figure>"
    else:
        yield '<p class="warn">Nothing was recorded in these twelve weeks. Its definition names what would feed it.</p>'
    yield '</div><div><div class="scroll" tabindex="0"><table class="facts"><thead><tr><td></td>'
    yield '<th scope="col" class="number">this week</th><th scope="col" class="number">12 weeks</th>'
    yield "</tr></thead><tbody>"
    for label, week, whole in _facts(series):
        yield f'<tr><th scope="row">{label}</th><td class="number">{week}</td><td class="number">{whole}</td></tr>'
    yield f"</tbody></table></div><p>{escape(definition.text)}</p>"
    yield f'<p class="quiet">{escape(definition.source)}</p><p class="quiet">From: {escape(definition.feed)}</p>'
    for note in series.notes:
        yield f"<p>{escape(note)}</p>"
    yield "</div></div>"
    yield from _worst(metrics) if definition.kind == "share" and definition.id == "flaky-rate" else ()
    yield from _parts(series)
    yield from _table(series)
    yield "</section>"


def _facts(series: Series) -> Iterable[tuple[str, str, str]]:
    kind = series.definition.kind

    def row(label: str, figures: Iterable[str]) -> tuple[str, str, str]:
        week, whole = figures
        return label, week or "–", whole or "–"

    both = (series.week, series.whole)
    if kind == "count":
        yield row("count", (value(kind, figure) for figure in both))
        return
    yield row("median" if kind == "duration" else "rate", (value(kind, figure) for figure in both))
    if kind == "duration":
        yield row("mean", ("" if figure.mean is None else duration(figure.mean) for figure in both))
        yield row("range", (reach(figure) for figure in both))
        yield row("90 % within", ("" if figure.ninetieth is None else duration(figure.ninetieth) for figure in both))
    yield row("n", (f"{figure.n:,}" for figure in both))
    yield row("95 % interval", (spread(kind, figure) for figure in both))


def _worst(metrics: Metrics) -> Iterable[str]:
    if not metrics.flaky:
        return
    yield "<h3>Flaky at most commits of the twelve weeks</h3><ol>"
    for package, case, commits in metrics.flaky:
        times = f"{commits} commit{'' if commits == 1 else 's'}"
        yield f"<li>{times}: {escape(package)} <code>{escape(case)}</code></li>"
    yield "</ol>"


def _parts(series: Series) -> Iterable[str]:
    if not series.parts:
        return
    kind = series.definition.kind
    yield '<details><summary>Twelve weeks by part</summary><div class="scroll" tabindex="0"><table><tbody>'
    for name, figure in list(series.parts.items())[:_PARTS]:
        yield f'<tr><th scope="row">{escape(name)}</th><td class="number">{value(kind, figure)}</td>'
        yield f'<td class="number">{escape(size(kind, figure))}</td></tr>'
    yield "</tbody></table></div>"
    if len(series.parts) > _PARTS:
        yield f'<p class="quiet">+{len(series.parts) - _PARTS} more stand in the JSON.</p>'
    yield "</details>"


def _table(series: Series) -> Iterable[str]:
    kind = series.definition.kind
    yield '<details><summary>The weeks as a table</summary><div class="scroll" tabindex="0"><table><thead><tr>'
    yield '<th scope="col">week</th><th scope="col" class="number">figure</th><th scope="col" class="number">n</th>'
    yield '<th scope="col" class="number">95 % interval</th></tr></thead><tbody>'
    for week, figure in reversed(series.weeks):
        yield f'<tr><th scope="row">{week}</th><td class="number">{value(kind, figure)}</td>'
        yield f'<td class="number">{figure.n:,}</td><td class="number">{spread(kind, figure)}</td></tr>'
    yield "</tbody></table></div></details>"
