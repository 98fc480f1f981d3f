"""With the libraries of the extras and without, a scan finds the same: on anything that hypothesis can make."""

from __future__ import annotations

import base64
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_letsbe.checks.redaction.synth import fill
from pytest_letsbe.scan import hyper, rows
from pytest_letsbe.scan.content import is_wide
from pytest_letsbe.scan.engine import Engine
from pytest_letsbe.scan.hyper import HyperAutomaton, Literals
from pytest_letsbe.scan.keywords import FastAutomaton, PlainAutomaton, words_in
from pytest_letsbe.scan.tree import Scope, scan

needs_hyperscan = pytest.mark.skipif(not hyper.hyper_available(), reason="no hyperscan")

SECRETS, REFERENCES = rows.shipped("secrets"), rows.shipped("references")
SAMPLES = [
    *(fill(s.text, rule.id, 9).value for rule in SECRETS for s in (*rule.match, *rule.not_match) if s.text),
    *(s.text for rule in REFERENCES for s in (*rule.match, *rule.not_match)),
]
KEYWORDS = sorted({word for rule in (*SECRETS, *REFERENCES) for word in (*rule.keywords, *rule.words)})
PATHS = [
    "a.ts",
    ".env",
    "compose.yaml",
    "package.json",
    "Dockerfile",
    "x.min.js",
    "main.tf",
    "a.txt",
    "user-data",
    "a.sh",
]

pieces = st.one_of(
    st.sampled_from(SAMPLES),
    st.sampled_from(KEYWORDS),
    st.sampled_from(SAMPLES).map(lambda text: text[: len(text) // 2]),
    st.sampled_from(SAMPLES).map(lambda text: base64.b64encode(text.encode()).decode()),
    st.text(max_size=30),
    st.sampled_from([" ", "\n", "=", '"', "\v", "\x00", "\u200b", "\\n", "é", "\r\n"]),
)


files = st.tuples(st.sampled_from(PATHS), st.lists(pieces, min_size=1, max_size=6))


@pytest.fixture(scope="module", params=["plain_engine", "hyper_engine"])
def other_engine(request):
    return request.getfixturevalue(request.param)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(pieces, min_size=1, max_size=14), st.sampled_from(PATHS), st.binary(max_size=20))
def test_every_engine_finds_the_same_on_random_texts(engine, other_engine, parts, path, tail) -> None:
    raw = "".join(parts).encode("utf-8", "surrogatepass") + tail
    expected, found = engine.judge(path, raw), other_engine.judge(path, raw)
    assert (found and found.findings) == (expected and expected.findings)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(files, min_size=1, max_size=12))
def test_what_the_gate_lets_pass_is_clean(each_engine, files) -> None:
    texts = [(path, "".join(parts).encode("utf-8", "surrogatepass")) for path, parts in files]
    texts = [(path, raw) for path, raw in texts if not is_wide(raw)]
    suspects = set(each_engine.suspects([path for path, _ in texts], [raw for _, raw in texts]))
    for number, (path, raw) in enumerate(texts):
        assert number in suspects or each_engine.judge(path, raw).clean, raw


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(files, min_size=1, max_size=12))
def test_every_engine_finds_the_same_in_random_trees(engine, other_engine, tmp_path_factory, files) -> None:
    root = tmp_path_factory.mktemp("tree")
    for number, (name, parts) in enumerate(files):
        (root / str(number)).mkdir()
        (root / str(number) / name).write_bytes("".join(parts).encode("utf-8", "surrogatepass"))
    expected, found = (scan(one, Scope(root, cache=False, use_git=False)) for one in (engine, other_engine))
    assert found.findings == expected.findings
    assert found.stats.as_json() | {"engine": "", "seconds": 0} == expected.stats.as_json() | {
        "engine": "",
        "seconds": 0,
    }


def test_the_gate_holds_back_ordinary_code(each_engine) -> None:
    assert list(each_engine.suspects(["a.ts"] * 50, [b"export const a = 1;\n"] * 50)) == []
    assert each_engine.suspect_paths(["src/index.ts", "docs/a-rather-long-name-of-a-page.md"]) == set()


AUTOMATA = [PlainAutomaton, FastAutomaton, pytest.param(HyperAutomaton, marks=needs_hyperscan)]
words = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize("kind", AUTOMATA)
@settings(max_examples=200, deadline=None)
@given(words, st.text("abcdABCé", max_size=60))
def test_every_prefilter_finds_every_keyword_overlapping_ones_too(kind, words, text) -> None:
    keywords, raw = [word.encode() for word in words], text.encode()
    low = raw.lower()
    expected = sorted((n, i) for n, word in enumerate(keywords) for i in range(len(low)) if low.startswith(word, i))
    assert sorted(kind(keywords).find(raw)) == expected


@pytest.mark.parametrize("hyper", [False, pytest.param(True, marks=needs_hyperscan)])
@pytest.mark.parametrize("fast", [False, True])
@settings(max_examples=200, deadline=None)
@given(words, st.lists(st.text("abcdABC", max_size=12), max_size=5), st.data())
def test_the_words_of_every_text_are_those_that_stand_in_it_as_spelled(fast, hyper, words, texts, data) -> None:
    spelled = {
        word.encode(): data.draw(
            st.sampled_from([[None], [word.upper().encode()], [word.encode(), word.title().encode()]])
        )
        for word in words
    }
    raws = [text.encode() for text in texts]
    starts = [0, *accumulate(len(raw) + 1 for raw in raws)]
    found = set(words_in(spelled, fast=fast, hyper=hyper).find(raws, b"\0".join(raws), starts))
    assert found == {
        (here, number)
        for here, raw in enumerate(raws)
        for number, (word, many) in enumerate(spelled.items())
        if any(word in raw.lower() if one is None else one in raw for one in many)
    }


@needs_hyperscan
def test_hyperscan_is_chosen_where_it_is_and_built_once_it_pays(rules, monkeypatch) -> None:
    assert Engine(rules).name == "hyperscan+re2"
    assert Engine(rules, fast=False, hyper=True).name == "stdlib"
    monkeypatch.setattr(hyper, "PAYS", 3)
    built: list[object] = []
    monkeypatch.setattr(hyper, "Literals", lambda *args, **named: built.append(1) or Literals(*args, **named))
    automaton = HyperAutomaton([b"ab", b"cd"])
    assert [list(automaton.find(b"xAB")) for _ in range(4)] == [[(0, 1)]] * 4
    assert built == [1]
    assert [len(automaton.find(b"cdcd")), len(built)] == [2, 1]


@needs_hyperscan
def test_threads_may_share_an_engine(hyper_engine) -> None:
    sample = next(text.encode() for text in SAMPLES if hyper_engine.judge("a.ts", text.encode()).findings)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(hyper_engine.judge("a.ts", sample * 300).findings), range(60)))
    assert len(set(found)) == 1


@pytest.mark.parametrize("trouble", ["not installed", "not for this processor"])
def test_without_hyperscan_the_default_is_used_and_nothing_said(rules, monkeypatch, trouble) -> None:
    class Hyperscan:
        error = ValueError
        HS_FLAG_CASELESS = HS_FLAG_SINGLEMATCH = HS_MODE_BLOCK = 1

        def Database(self, mode: int) -> None:  # noqa: N802
            raise ValueError("Architecture not supported")

    monkeypatch.setitem(sys.modules, "hyperscan", None if trouble == "not installed" else Hyperscan())
    hyper.hyper_available.cache_clear()
    try:
        assert Engine(rules).name == "re2+aho-corasick"
    finally:
        hyper.hyper_available.cache_clear()
