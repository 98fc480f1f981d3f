"""With the libraries of the extra and without, a scan finds the same: on anything that hypothesis can make."""

from __future__ import annotations

import base64

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_letsbe.checks.redaction.synth import fill
from pytest_letsbe.scan import rows
from pytest_letsbe.scan.content import is_wide
from pytest_letsbe.scan.keywords import FastAutomaton, PlainAutomaton

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


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(pieces, min_size=1, max_size=14), st.sampled_from(PATHS), st.binary(max_size=20))
def test_both_engines_find_the_same_on_random_texts(engine, plain_engine, parts, path, tail) -> None:
    raw = "".join(parts).encode("utf-8", "surrogatepass") + tail
    fast, plain = engine.judge(path, raw), plain_engine.judge(path, raw)
    assert (fast and fast.findings) == (plain and plain.findings)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.lists(pieces, min_size=1, max_size=6)), min_size=1, max_size=12))
def test_what_the_gate_lets_pass_is_clean(engine, plain_engine, files) -> None:
    texts = [(path, "".join(parts).encode("utf-8", "surrogatepass")) for path, parts in files]
    texts = [(path, raw) for path, raw in texts if not is_wide(raw)]
    for one in (engine, plain_engine):
        suspects = set(one.suspects([path for path, _ in texts], [raw for _, raw in texts]))
        for number, (path, raw) in enumerate(texts):
            assert number in suspects or one.judge(path, raw).clean, raw


def test_the_gate_holds_back_ordinary_code(engine) -> None:
    assert list(engine.suspects(["a.ts"] * 50, [b"export const a = 1;\n"] * 50)) == []
    assert engine.suspect_paths(["src/index.ts", "docs/a-rather-long-name-of-a-page.md"]) == set()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8, unique=True), st.text("abcd", max_size=60)
)
def test_both_prefilters_find_every_keyword_overlapping_ones_too(keywords, text) -> None:
    words, low = [word.encode() for word in keywords], text.encode()
    expected = sorted((n, i) for n, word in enumerate(words) for i in range(len(low)) if low.startswith(word, i))
    assert sorted(PlainAutomaton(words).find(low)) == expected
    assert sorted(FastAutomaton(words).find(low)) == expected
