"""The whole redactor: registered values, bytes, chunks, streams, second passes, hostile texts."""

import ast
import base64
import json
import sys
import time
from pathlib import Path

import pytest

import pytest_letsbe.reference.redactor
from pytest_letsbe.reference.redactor import ReferenceRedactor
from pytest_letsbe.reference.redactor.fields import _KIND
from pytest_letsbe.reference.redactor.placeholders import KINDS, PLACEHOLDER, placeholder

from .made import ANTHROPIC, GITHUB, PASSWORD, PEM

redactor = ReferenceRedactor()


def redact(text, *secrets):
    return redactor.redact(text, secrets=secrets)["text"]


class TestRegistered:
    def test_a_value_goes_in_every_spelling(self):
        value = "lolu tuzi & mike"
        spellings = [
            value, json.dumps(value), base64.b64encode(value.encode()).decode(), value.encode().hex(),
            "lolu%20tuzi%20%26%20mike", "lolu+tuzi+%26+mike", "lolu tuzi &amp; mike",
            "lolu\n    tuzi &\n    mike", "lo\u200blu tuzi & mike",
        ]  # fmt: skip
        for spelling in spellings:
            output = redact(f"note: {spelling}.", value)
            assert "REDACTED-registered" in output, spelling
            assert "lolu" not in output

    def test_the_longer_of_two_goes_first(self):
        assert (
            redact("one abcdefghijkl two abcdefgh", "abcdefgh", "abcdefghijkl")
            == "one REDACTED-registered two REDACTED-registered"
        )

    def test_overlapping_and_adjacent_values_leave_nothing(self):
        assert redact("here lolututuzimike there", "lolututuzi", "tuzimike") == "here REDACTED-registered there"

    def test_each_long_line_of_a_value_goes_by_itself(self):
        assert "second-line" not in redact("    first-line-x\n    second-line-y\n", "first-line-x\nsecond-line-y")

    def test_short_values_go_only_as_words(self):
        assert redact("an x in exit and x7", "x") == "an REDACTED-registered in exit and x7"

    def test_an_empty_value_is_none(self):
        assert redact("nothing here", "", " ") == "nothing here"

    def test_nothing_is_remembered(self):
        redact("lolututuzi", "lolututuzi")
        assert redact("lolututuzi") == "lolututuzi"

    def test_a_value_that_stands_in_the_placeholder_does_no_harm(self):
        once = redact(f"{GITHUB} and token", "token", "REDACTED")
        assert redact(once, "token", "REDACTED") == once

    def test_a_thousand_values_are_fast(self):
        values = [f"value-{n:05}-lolu" for n in range(1000)]
        before = time.process_time()
        assert "lolu" not in redact("\n".join(values[::25]), *values)
        assert time.process_time() - before < 1


class TestBytes:
    @pytest.mark.parametrize(
        ("head", "encoding"),
        [
            (b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
            (b"", "utf-16-le"), (b"", "utf-16-be"),
        ],
    )  # fmt: skip
    def test_every_byte_but_the_secret_stays(self, head, encoding):
        before, after = "erste Zeile: größer ", " und weiter\n"
        data = head + f"{before}{GITHUB}{after}".encode(encoding)
        output = base64.b64decode(redactor.redact(base64=base64.b64encode(data).decode())["base64"])
        assert output == head + f"{before}REDACTED-github-token{after}".encode(encoding)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"caf\xe9 \xff\xfe ", b" \xc3\x28 end"),
            (b"\x00\x01 dump \x00", b"\x00\x7f"),
            (b"", b" \xf0\x9f\x92"),
            (b"\xc0\xaf ", b""),
        ],
    )
    def test_broken_bytes_stay_as_they_are(self, before, after):
        output = redactor.redact(base64=base64.b64encode(before + GITHUB.encode() + after).decode())
        assert base64.b64decode(output["base64"]) == before + b"REDACTED-github-token" + after

    def test_all_256_bytes_come_back(self):
        data = bytes(range(256))
        assert base64.b64decode(redactor.redact(base64=base64.b64encode(data).decode())["base64"]) == data

    def test_a_registered_value_is_found_in_latin_1(self):
        data = base64.b64encode("user pässwörtlich end".encode("latin-1")).decode()
        output = base64.b64decode(redactor.redact(base64=data, secrets=["pässwörtlich"])["base64"])
        assert output == b"user REDACTED-registered end"

    @pytest.mark.parametrize("wrong", [{}, {"text": "a", "base64": "YQ=="}, {"base64": "???"}])
    def test_neither_both_or_no_base64_is_an_error(self, wrong):
        with pytest.raises(ValueError):
            redactor.redact(**wrong)


class TestStreams:
    def events(self, pieces):
        return "".join(f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': p}}]})}\n\n" for p in pieces)

    def test_a_token_cut_over_events_goes_and_every_event_stays(self):
        text = "Use " + GITHUB + " now"
        output = redact(self.events([text[i : i + 5] for i in range(0, len(text), 5)]))
        payloads = [json.loads(line[6:]) for line in output.splitlines() if line]
        assert len(payloads) == -(-len(text) // 5)
        assert "".join(p["choices"][0]["delta"]["content"] for p in payloads) == "Use REDACTED-github-token now"

    def test_arguments_cut_over_events_stay_json(self):
        whole = json.dumps({"method": "POST", "password": PASSWORD, "retries": 2})
        output = redact(self.events([whole[i : i + 5] for i in range(0, len(whole), 5)]))
        said = "".join(json.loads(line[6:])["choices"][0]["delta"]["content"] for line in output.splitlines() if line)
        assert json.loads(said) == {"method": "POST", "password": "REDACTED-secret", "retries": 2}

    def test_chunks_joined_are_the_whole_redacted(self):
        text = f"wrote {GITHUB}\n{PEM}\n"
        for size in (1, 7, 40, 10_000):
            chunks = [text[i : i + size] for i in range(0, len(text), size)]
            assert "".join(redactor.redact_chunks(chunks)["chunks"]) == redact(text)
        assert redactor.redact_chunks([]) == {"chunks": []}


class TestPasses:
    TEXTS = (
        f"a {GITHUB} b {ANTHROPIC}", f"password={PASSWORD} token: {GITHUB}: next", PEM,
        f'{{"pin": 123456, "k": "{GITHUB}"}}',
        base64.b64encode(f"{GITHUB} {PASSWORD}".encode()).decode(), f"{GITHUB}: {PASSWORD}",
        f"Authorization: Bearer {GITHUB}",
    )  # fmt: skip

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_second_pass_changes_nothing(self, text):
        once = redact(text)
        assert once != text
        assert redact(once) == once
        escaped = json.dumps({"log": once})
        assert redact(escaped) == escaped

    def test_every_encoding_of_one_secret_in_one_text_goes(self):
        raw = GITHUB.encode()
        forms = [
            GITHUB, raw.hex(), base64.b64encode(raw).decode(), base64.b32encode(raw).decode(), "\u200b".join(GITHUB),
            *("".join(form.format(b) for b in raw) for form in ("%{:02x}", "\\u{:04x}", "&#{};")),
        ]  # fmt: skip
        output = redact(" | ".join(forms))
        assert output.replace("\u200b", "") == " | ".join(["REDACTED-github-token"] * len(forms))


def test_the_reference_shares_no_code_with_the_check_that_judges_it():
    folder = Path(pytest_letsbe.reference.redactor.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 1 or (
                    node.level == 0 and node.module in sys.stdlib_module_names | {"collections.abc"}
                )
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= sys.stdlib_module_names


def test_every_kind_that_is_reported_has_a_placeholder_that_is_known_again():
    assert set(_KIND.values()) <= KINDS
    for kind in KINDS:
        assert PLACEHOLDER.fullmatch(placeholder(kind))
        assert redact(f"%3D{placeholder(kind)}%26 token={placeholder(kind)}") == (
            f"%3D{placeholder(kind)}%26 token={placeholder(kind)}"
        )
