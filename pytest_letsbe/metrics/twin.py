"""The JSON twin of the page: the same figures for a machine, ``letsbe-metrics/1``; durations in seconds."""

from __future__ import annotations

import json
from typing import Any

from .definitions import Kind
from .figures import Figure, Metrics, Series, interval


def to_json(metrics: Metrics) -> str:
    return (
        json.dumps(
            {
                "schema": "letsbe-metrics/1",
                "week": str(metrics.week),
                "from": metrics.week.monday.isoformat(),
                "to": metrics.week.sunday.isoformat(),
                "metrics": {series.definition.id: _series(series) for series in metrics.series},
                "flakiest": [{"package": p, "case": case, "commits": n} for p, case, n in metrics.flaky],
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def _series(series: Series) -> dict[str, Any]:
    definition = series.definition
    return {
        "title": definition.title,
        "kind": definition.kind,
        "n_counts": definition.of,
        "definition": definition.text,
        "source": definition.source,
        "from": definition.feed,
        "week": _figure(definition.kind, series.week),
        "twelve_weeks": _figure(definition.kind, series.whole),
        "weeks": [{"week": str(week), **_figure(definition.kind, figure)} for week, figure in series.weeks],
        "parts": {name: _figure(definition.kind, figure) for name, figure in series.parts.items()},
        "notes": list(series.notes),
    }


def _figure(kind: Kind, figure: Figure) -> dict[str, Any]:
    ends = interval(kind, figure)
    between = {"interval95": None if ends is None else [_short(end) for end in ends]}
    if kind == "count":
        return {"n": figure.n}
    if kind == "share":
        return {"n": figure.n, "hits": figure.hits, "share": _short(figure.share), **between}
    return {
        "n": figure.n,
        "median": _short(figure.median),
        "mean": _short(figure.mean),
        "p90": _short(figure.ninetieth),
        "values": list(figure.values),
        **between,
    }


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
