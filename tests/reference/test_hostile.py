"""Texts made to break or to stall a redactor."""

import time

import pytest

from pytest_letsbe.reference.redactor import ReferenceRedactor

from .made import GITHUB

redactor = ReferenceRedactor()


def redact(text):
    return redactor.redact(text)["text"]


BROKEN = {
    "surrogates": "\ud83d alone \udc00",
    "nul": "a\x00b",
    "deep": "[" * 20_000 + "]" * 20_000,
    "deep-open": '{"a":' * 20_000,
    "escapes": "\\u12 \\ud800 \\x \\",
    "percent": "%zz %4 %",
    "entities": "&#xffffff; &#;",
    "hex": "0x41, 42 ,43:44-45 46",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text_comes_back_as_it_was(name):
    assert redact(BROKEN[name]) == BROKEN[name]


@pytest.mark.parametrize("place", [0, 4095, 16_383, 65_535, 99_000])
def test_a_token_is_found_anywhere_in_a_long_text(place):
    filler = "2026-11-23 INFO finished, 3 retries\n" * 2800
    assert GITHUB not in redact(f"{filler[:place]} {GITHUB} {filler[place:]}")


SHAPES = {
    "letter": "a", "equals": "=", "percent": "%25", "backslash": "\\", "unicode": "\\u0041", "entity": "&amp;",
    "pem": "-----BEGIN " + "PRIVATE KEY-----\n", "prefix": "gh" + "p_", "bracket": "[", "fields": "password=",
    "query": "password=a&", "yaml": "token: ", "open quote": 'token="', "userinfo": "https://u:p@", "tag": "<token>",
    "input": 'name="token" value=', "jwt": "eyJ-", "soft break": "=\n", "shell quote": "'\\''", "joint": '"a" + ',
    "phone": "+1 2", "at": "a@", "dots": "a.", "iban": "DE12 ", "card": "4111 ", "zero-width": "\u200b",
    "doubled": '""', "csv": ',"', "base64 lines": "A" * 75 + "a\n", "block": "token: |\n  a\n",
    "otp": "otpauth://a?b?secret=", "sentence": "the token is ", "json": '{"a":', "event": 'data: {"a":"b"}\n',
    "placeholder": "REDACTED-secret ", "bytes": "0x41,", "table": "| token ",
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_eight_times_the_text_costs_not_64_times_the_work(name):
    def cost(size):
        text = (SHAPES[name] * (size // len(SHAPES[name]) + 1))[:size]
        before = time.process_time()
        redact(text)
        return time.process_time() - before

    # A quadratic redactor has 64 however often it is asked; what costs less than a quarter of a second hurts nobody.
    # A busy machine's caches double a CPU second now and then: one quiet try out of six is enough.
    assert any(cost(48_000) < max(0.25, 24 * min(cost(6_000), cost(6_000))) for _ in range(6))
