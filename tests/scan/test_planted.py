"""Precision and recall on a tree written by template, neither side made from the scanner's own rows."""

from __future__ import annotations

from pytest_letsbe.scan import rows
from pytest_letsbe.scan.engine import Engine

from .planted import Planted, benigns, trues


def _found(engine: Engine, planted: Planted) -> bool:
    judged = engine.judge(planted.path, planted.text.encode())
    return bool(judged and judged.findings)


def test_the_tree_is_large_enough_to_mean_something() -> None:
    assert len(list(trues())) >= 300
    assert len(list(benigns())) >= 300


def test_precision_and_recall_on_the_planted_tree_are_at_least_97_percent() -> None:
    engine = Engine(rows.shipped("secrets"))
    missed = [p.name for p in trues() if not _found(engine, p)]
    false = [(p.path, p.name) for p in benigns() if _found(engine, p)]
    total = len(list(trues()))
    recall = 1 - len(missed) / total
    precision = (total - len(missed)) / (total - len(missed) + len(false))
    assert recall >= 0.97, missed
    assert precision >= 0.97, false


def test_other_seeds_than_those_we_looked_at_give_the_same() -> None:
    engine = Engine(rows.shipped("secrets"))
    fresh = [p for p in trues(per_kind=6) if p.path.split("-")[-1][:1] in "345" or "files/" in p.path]
    missed = [p.path for p in fresh if not _found(engine, p)]
    assert len(missed) <= 0.03 * len(fresh), missed


def test_the_plain_engine_finds_exactly_the_same_on_the_planted_tree(engine: Engine, plain_engine: Engine) -> None:
    for planted in [*trues(1), *benigns()]:
        fast, plain = (e.judge(planted.path, planted.text.encode()) for e in (engine, plain_engine))
        assert fast.findings == plain.findings, planted.path


def test_no_finding_holds_more_than_four_characters_of_a_planted_secret(engine: Engine) -> None:
    for planted in trues(1):
        shown = repr(engine.judge(planted.path, planted.text.encode()).findings)
        for core in planted.cores:
            for line in core.splitlines():
                if len(line) >= 8:
                    assert not any(line[i : i + 6] in shown for i in range(len(line) - 5)), planted.path
