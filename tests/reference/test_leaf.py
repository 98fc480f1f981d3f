"""The second redactor: whole leaves and whole words, and nothing else."""

import base64
import json

import pytest

from pytest_letsbe.reference import make

TOKEN = "ghp" + "_" + "aB3" * 12


@pytest.fixture
def redact():
    redactor = make("redactor", "leaf")
    return lambda text, **context: redactor.redact(text=text, **context)["text"]


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"use {TOKEN}, then wait", "use ***, then wait"),
        (f"GET /items?page=2&token={TOKEN}&sort=name", "GET /items?page=2&token=***&sort=name"),
        (f'{{"a": "said {TOKEN} twice", "b": [1, 2.50]}}', '{"a": "***", "b": [1, 2.50]}'),
        ('{"password": "hunter-2222", "n": null}', '{"password": "***", "n": null}'),
        (r'{"body": "{\"password\": \"hunter-2222\", \"n\": 2}"}', r'{"body": "{\"password\": \"***\", \"n\": 2}"}'),
        ("<a><password>hunter-2222</password><n>1</n></a>", "<a><password>***</password><n>1</n></a>"),
        ("DB_PASSWORD='hunter 2222' make", "DB_PASSWORD='***' make"),
        ("pay 4242 4242 4242 4242 now", "pay *** now"),
        ("pay 4242 4242 4242 4241 now", "pay 4242 4242 4242 4241 now"),
        ("see postgres://hub:hunter2222@db/hub please", "see *** please"),
        ("say hi to someone@example.org today", "say hi to *** today"),
    ],
)
def test_the_smallest_whole_thing_goes(redact, text, redacted):
    assert redact(text) == redacted
    assert redact(redacted) == redacted


def test_what_is_encoded_goes_as_a_word(redact):
    encoded = base64.b64encode(f"step 1; {TOKEN}; step 2".encode()).decode()
    assert redact(f"log: {encoded} end\n") == "log: *** end\n"
    assert redact("log: " + "".join(f"&#{ord(char)};" for char in TOKEN) + " end\n") == "log: *** end\n"


def test_what_no_word_holds_alone_takes_its_line(redact):
    text = "first\nsay &#97;pple &#98;anana please\nlast\n"
    assert redact(text, secrets=["apple banana"]) == "first\n***\nlast\n"


def test_a_key_goes_with_its_borders(redact):
    body = "\n".join("MIIabc/123+" * 5 for _ in range(3))
    text = f"a\n-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\nb\n"
    assert redact(text) == "a\n***\nb\n"


def test_a_stream_keeps_its_events(redact):
    pieces = ("use ", TOKEN[:9], TOKEN[9:], " now")
    events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    output = redact(text)
    payloads = [line[6:] for line in output.splitlines() if line.startswith("data: {")]
    assert len(payloads) == 4
    assert "".join(json.loads(p)["choices"][0]["delta"]["content"] for p in payloads) == "***"
    assert output.endswith("data: [DONE]\n\n")


def test_yaml_stays_yaml(redact):
    text = f"name: hub\ntoken: {TOKEN}\nreplicas: 3\n"
    assert redact(text, media_type="application/yaml") == "name: hub\ntoken: '***'\nreplicas: 3\n"


def test_a_table_keeps_its_columns(redact):
    assert redact(f"day,output\nmonday,{TOKEN}\n", media_type="text/csv") == "day,output\nmonday,***\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_bytes_come_back_in_their_encoding(encoding):
    bom = "" if encoding == "utf-8" else "\ufeff"
    data = f"{bom}Größe: {TOKEN} end".encode(encoding)
    output = make("redactor", "leaf").redact(base64=base64.b64encode(data).decode())
    assert base64.b64decode(output["base64"]).decode(encoding) == f"{bom}Größe: *** end"


def test_bytes_that_are_no_text_are_kept():
    data = b"\xff\x00\xfe" + TOKEN.encode() + b" \x80\x81"
    output = make("redactor", "leaf").redact(base64=base64.b64encode(data).decode())
    assert base64.b64decode(output["base64"]).endswith(b" \x80\x81")
    assert TOKEN.encode() not in base64.b64decode(output["base64"])


def test_a_stream_is_the_text_redacted_whole():
    redactor = make("redactor", "leaf")
    text = f"line one\nuse {TOKEN} now\n"
    whole = redactor.redact(text=text)["text"]
    for cut in range(len(text)):
        assert "".join(redactor.redact_chunks(chunks=[text[:cut], text[cut:]])["chunks"]) == whole


def test_neither_and_both_are_refused():
    for context in ({}, {"text": "a", "base64": "YQ=="}):
        with pytest.raises(ValueError, match="a text or base64"):
            make("redactor", "leaf").redact(**context)


def test_deep_json_ends(redact):
    assert TOKEN not in redact("[" * 20_000 + f'"{TOKEN}"' + "]" * 20_000)
