"""Strategies for the fuzz: right files with a few bytes, tokens or values changed, and trees from nothing."""

from __future__ import annotations

import json

from hypothesis import strategies as st

#: Pieces that readers of YAML, JSON, dates and numbers stumble over.
TOKENS = [
    b"{", b"}", b"[", b"]", b":", b": ", b"- ", b"\n", b"\n  ", b"\t", b"&a ", b"*a", b"!!int ", b"!!python/name:os ", b"? ", b"|\n", b">\n",
    b"<<: ", b"---\n", b"...\n", b"%YAML 1.1\n", b"#", b"'", b'"', b"\\", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\xe2\x80\xa8",
    b"null", b"true", b"no", b"1e999", b"-0", b"0x10", b"NaN", b".inf", b"9" * 400, b"1_000", b"12:30:00", b"2026-02-30", b"9999-12-31",
    b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b'"\\ud800"', b"(a+)+$", b"[[:x:]]", b"(?P<", b"{port}", b"{{", b"${x}", b"**/*",
    b"../..", b"/", b"extra", b"corpus", b"version: 1\n", b"kinds:", b"rules:", b"texts:", b"[" * 2000, b"{\"a\":" * 500, b"a: " * 200,
]  # fmt: skip

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["redaction", "secrets", "passed", "failed", "hub", "2026-11-25", "letsbe-report/1", "deploy"])
)  # fmt: skip


def trees(keys: list[str]) -> st.SearchStrategy[bytes]:
    """Any JSON, whose keys are mostly those of the surface."""
    names = st.sampled_from(keys) | st.text(max_size=6)
    values = st.recursive(
        _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=25
    )
    return values.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


def keys_of(seeds: list[bytes]) -> list[str]:
    """Words of the seeds that stand before a colon."""
    import re

    found = {word.decode() for seed in seeds for word in re.findall(rb'"?([a-z_]{2,20})"?:', seed)}
    return sorted(found) or ["id"]


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A right file after one to six changes: a piece cut, doubled, moved or overwritten, a token put in."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(0, len(data))))
        end = min(len(data), start + draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                del data[start:end]
            case 1:
                data[start:start] = data[start:end] * draw(st.integers(1, 3))
            case 2:
                data[start:end] = draw(st.binary(max_size=6))
            case 3:
                data[start:start] = draw(st.sampled_from(TOKENS))
            case _:
                data[start:end] = draw(st.sampled_from(TOKENS))
    return bytes(data)


def inputs(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    return changed(seeds) | changed(seeds) | trees(keys_of(seeds)) | st.binary(max_size=60)
