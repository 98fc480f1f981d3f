"""The page of a failed budget: the sentence, the curves as inline SVG, the figures; one file, no network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from .chart import Chart, number

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 16, 44

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2127; --soft: #5b6673; --line: #d5dbe1; --paper: #fff; --card: #f6f8fa;
  --bad: #b3261e; --s0: #0b6bcb; --s1: #b45309; --s2: #0f766e; --s3: #7c3aed; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b1; --line: #38414b; --paper: #14181d;
  --card: #1c2229; --bad: #ff8a80; --s0: #6cb6ff; --s1: #f0a35a; --s2: #4fd1c5; --s3: #c4a7ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 820px; margin: 0 auto; padding: 32px 24px 48px; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 8px; }
h2 { font-size: 16px; margin: 28px 0 8px; }
.id { color: var(--soft); font-family: ui-monospace, monospace; font-size: 14px;
  margin: 0 0 4px; overflow-wrap: anywhere; }
.verdict { color: var(--bad); font-weight: 600; margin: 0 0 20px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; }
figcaption { font-weight: 600; margin-bottom: 8px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--line); stroke-width: 1; }
.limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg text.limit-word { fill: var(--bad); stroke: none; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 10px 0 0; padding: 0; list-style: none;
  font-size: 14px; }
.legend i { display: inline-block; width: 18px; height: 3px; margin-right: 7px; vertical-align: middle;
  border-radius: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: 5px 24px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
@media (max-width: 560px) { svg text { font-size: 24px; } }  /* the drawing shrinks to half, its words mustn't */
footer { margin-top: 28px; color: var(--soft); font-size: 14px; }
"""


def render(
    *, case: str, statement: str, sentence: str, chart: Chart, facts: Sequence[str], foot: Mapping[str, str]
) -> str:
    """The whole HTML text. ``facts`` are lines ``name: value``."""
    rows = "".join(_row(*fact.partition(":")[::2]) for fact in facts)
    colours = [f"var(--s{index})" for index in range(4)]
    legend = "".join(
        f'<li><i style="background:{colour}"></i>{escape(series.name)}</li>'
        for colour, series in zip(colours, chart.series, strict=False)
    )
    if chart.limit is not None:
        legend += f'<li><i style="background:var(--bad)"></i>limit {number(chart.limit)}</li>'
    about = " · ".join(f"{escape(name)} {escape(value)}" for name, value in foot.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(case)}</title><style>{_STYLE}</style></head><body><main>\n"
        f'<p class="id">{escape(case)}</p><h1>{escape(statement)}</h1>\n<p class="verdict">{escape(sentence)}</p>\n'
        f"<figure><figcaption>{escape(chart.title)}</figcaption>{_svg(chart, colours)}"
        f'<ul class="legend">{legend}</ul></figure>\n'
        f'<h2>Figures</h2><div class="scroll"><table>{rows}</table></div>\n'
        f"<footer>{about}</footer>\n</main></body></html>\n"
    )


def _row(name: str, value: str) -> str:
    return f"<tr><th>{escape(name.strip())}</th><td>{escape(value.strip())}</td></tr>"


def _svg(chart: Chart, colours: Sequence[str]) -> str:
    x0, x1, y0, y1 = chart.bounds()
    y1 += (y1 - y0) * 0.06

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(chart.title)}">']
    for tick in _ticks(y0, y1):
        _, y = place(x0, tick)
        label = number(10**tick if chart.log else tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for tick in _ticks(x0, x1):
        x, _ = place(tick, y0)
        label = number(10**tick if chart.log else tick)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{label}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(chart.x)}</text>')
    parts.append(f'<text x="14" y="{HEIGHT / 2:.0f}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2:.0f})">'
                 f"{escape(chart.y)}</text>")  # fmt: skip
    for colour, series in zip(colours, chart.series, strict=False):
        spots = [place(*chart.scaled(point)) for point in series.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round" points="{path}"/>'
        )
        if len(spots) <= 40:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    if chart.limit is not None:
        _, y = place(x0, chart.scaled((1.0, chart.limit))[1])
        parts.append(f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="limit-word" x="{WIDTH - RIGHT}" y="{y - 6:.1f}" text-anchor="end">limit</text>')
    return "".join(parts) + "</svg>"


def _ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from low to high."""
    raw = (high - low) / about
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next((m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw), raw)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]
