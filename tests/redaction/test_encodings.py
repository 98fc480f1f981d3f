"""Encodings: each one writes every value, and the oracle reads it back."""

from __future__ import annotations

import random
from string import ascii_letters, digits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_letsbe.checks.redaction.encodings import ENCODINGS
from pytest_letsbe.checks.redaction.model import TIERS, Encoding, Secret
from pytest_letsbe.checks.redaction.oracle import find_leak
from pytest_letsbe.model import NAME

BY_ID = {encoding.id: encoding for encoding in ENCODINGS}
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: encoding.id)


def secret(value: str) -> Secret:
    return Secret("token", value, (value,), "token", True)


def token(seed: int, length: int = 36) -> str:
    return "".join(random.Random(seed).choices(ascii_letters + digits, k=length))


def test_ids_are_unique_fit_a_node_id_and_begin_with_plain() -> None:
    assert len(BY_ID) == len(ENCODINGS)
    assert ENCODINGS[0].id == "plain"
    assert all(NAME.match(encoding.id) and encoding.tier in TIERS for encoding in ENCODINGS)


def test_what_everyday_tools_emit_is_a_must() -> None:
    must = {encoding.id for encoding in ENCODINGS if encoding.tier == "must"}
    assert {"plain", "json-unicode", "json-in-json", "percent-all", "html-decimal", "base64-mime", "hex"} <= must
    assert {f"base64-at-{n}" for n in range(3)} | {"utf-16", "zero-width", "base64url"} <= must


@every_encoding
def test_a_token_is_found_whole_after_encoding(encoding: Encoding) -> None:
    for seed in range(50):
        value = token(seed)
        leak = find_leak(encoding.encode(value), secret(value))
        assert leak is not None, seed
        assert leak.share == 1, (seed, leak)


@every_encoding
def test_a_value_of_several_lines_and_a_phrase_with_quotes_are_found(encoding: Encoding) -> None:
    for value in ("\n".join(token(seed, 64) for seed in range(5)) + "\n", f'Grüße "{token(1, 20)}" <&\'', token(2, 9)):
        assert find_leak(encoding.encode(value), secret(value)) is not None


@every_encoding
def test_the_empty_and_the_one_letter_value_can_be_encoded(encoding: Encoding) -> None:
    assert isinstance(encoding.encode(""), str)
    assert isinstance(encoding.encode("x"), str)


@every_encoding
def test_encoding_is_a_function_of_the_value_alone(encoding: Encoding) -> None:
    assert encoding.encode(token(3)) == encoding.encode(token(3))


@pytest.mark.parametrize(
    ("id", "written"),
    [
        ("json-unicode", "\\u0061\\u002d\\u00e4"),
        ("json-in-json", '\\"a-\\\\u00e4\\"'),
        ("percent", "a-%C3%A4"),
        ("percent-all", "%61%2D%C3%A4"),
        ("percent-double", "%2561%252D%25C3%25A4"),
        ("html-decimal", "&#97;&#45;&#228;"),
        ("html-hex", "&#x61;&#x2d;&#xe4;"),
        ("hex", "612dc3a4"),
        ("hex-spaced", "61 2d c3 a4"),
        ("backslash-x", "\\x61\\x2d\\xc3\\xa4"),
        ("octal", "\\141\\055\\303\\244"),
        ("utf-16", "a\0-\0ä\0"),
        ("utf-16-be", "\0a\0-\0ä"),
        ("base64", "YS3DpA=="),
        ("base64url", "YS3DpA"),
        ("base32", "MEW4HJA="),
    ],
)
def test_the_written_form_is_the_standards_own(id: str, written: str) -> None:
    assert BY_ID[id].encode("a-ä") == written


def test_three_alignments_put_the_value_at_each_place_of_a_base64_group() -> None:
    import base64

    starts = {base64.b64decode(BY_ID[f"base64-at-{n}"].encode("VALUE")).index(b"VALUE") % 3 for n in range(3)}
    assert starts == {0, 1, 2}


def test_mime_lines_break_inside_the_value() -> None:
    lines = BY_ID["base64-mime"].encode(token(5)).splitlines()
    assert len(lines[0]) == 76
    assert len(lines) == 2


def test_no_encoding_but_escapes_leaves_a_token_as_it_is() -> None:
    value = token(6)
    same = {encoding.id for encoding in ENCODINGS if value in encoding.encode(value)}
    escapes = {"plain", "json-escape", "json-in-json", "percent", "percent-form", "html-named", "html-escape", "xml"}
    assert same == escapes


@given(value=st.text(min_size=9, max_size=60), encoding=st.sampled_from(ENCODINGS))
def test_any_text_can_be_encoded(value: str, encoding: Encoding) -> None:
    assert isinstance(encoding.encode(value), str)


@given(
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60),
    encoding=st.sampled_from(ENCODINGS),
)
def test_any_printable_value_of_twelve_or_more_is_read_back(value: str, encoding: Encoding) -> None:
    # A quote of the secret's own beside the joint of two literals is taken for one of theirs.
    assume(encoding.id != "concatenation" or not set(value) & set("'\"`"))
    assert find_leak(encoding.encode(value), secret(value)) is not None
