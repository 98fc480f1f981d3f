"""Structure: a document that lost only its secret is the same; anything else is named in a sentence."""

from __future__ import annotations

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.carriers import parse_carrier
from pytest_letsbe.checks.redaction.structure import same_structure
from pytest_letsbe.data import data_dir

FILE = data_dir("corpora") / "redaction" / "carriers.yaml"
CARRIERS = {row.id: parse_carrier(row.data, row.location) for row in corpora.read(FILE, ["carriers"])}
HTTP = "GET / HTTP/1.1\r\nHost: a\r\nX-Key: %s\r\n\r\n"
SECRET = "Qz7Kd83h" + "Fq02mZpT"


def touched(leaf: str) -> bool:
    return SECRET in leaf


def compare(before: str, after: str, media_type: str) -> str | None:
    return same_structure(before, after, media_type, touched)


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=list(CARRIERS))
def test_a_placeholder_for_the_secret_keeps_every_carrier_what_it_was(carrier) -> None:  # type: ignore[no-untyped-def]
    before = carrier.render(SECRET, "api_token")
    for mask in ("REDACTED", "x" * 40, "a"):
        after = carrier.render(mask, "api_token")
        assert compare(before.text, after.text, before.media_type or "") is None


@pytest.mark.parametrize("id", [c.id for c in CARRIERS.values() if c.render("x", "k").media_type is not None])
def test_half_a_document_is_never_the_same(id: str) -> None:
    before = CARRIERS[id].render(SECRET, "api_token")
    assert compare(before.text, before.text[: len(before.text) // 2], before.media_type or "") is not None


JSON = '{"user": "alice", "token": "%s", "n": [1, {"ok": true, "none": null}]}'


@pytest.mark.parametrize(
    ("after", "broken"),
    [
        ('{"user":"alice","token":"***","n":[1,{"ok":true,"none":null}]}', None),  # layout may change
        ('{"user": "alice", "token": "", "n": [1, {"ok": true, "none": null}]}', None),
        ('{"user": "alice", "token": null, "n": [1, {"ok": true, "none": null}]}', "$.token is no text any more"),
        ('{"user": "alice", "token": {"x": 1}, "n": [1, {"ok": true, "none": null}]}', "$.token is no text any more"),
        ('{"token": "***", "user": "alice", "n": [1, {"ok": true, "none": null}]}', "the key 'user' of $ changed"),
        ('{"user": "alice", "n": [1, {"ok": true, "none": null}]}', "$ has 2 keys where it had 3: 'token' is gone"),
        ('{"user": "bob", "token": "***", "n": [1, {"ok": true, "none": null}]}', "$.user held no secret and changed"),
        ('{"user": 1, "token": "*", "n": [1, {"ok": true, "none": null}]}', "turned from str into int"),
        ('{"user": "alice", "token": "*", "n": [true, {"ok": true, "none": null}]}', "turned from int into bool"),
        ('{"user": "alice", "token": "*", "n": [1]}', "$.n has 1 items where it had 2"),
        ('{"user": "alice", "token": "*", "n": {}}', "$.n is no list any more"),
        ('{"user": "alice", "token": ***, "n": []}', "it is no JSON any more: Expecting value"),
        ("[]", "$ is no mapping any more"),
        ("", "it is no JSON any more"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_keeps_shape_keys_and_untouched_leaves(after: str, broken: str | None) -> None:
    found = compare(JSON % SECRET, after, "application/json; charset=utf-8")
    assert found is None if broken is None else broken in (found or "")


def test_a_number_that_is_secret_may_become_a_text_but_no_container() -> None:
    before = '{"card": 4111111111111111}'
    is_card = "4111111111111111".__eq__
    assert same_structure(before, '{"card": "[CARD]"}', "application/json", is_card) is None
    assert same_structure(before, '{"card": null}', "application/json", is_card) is None
    assert same_structure(before, '{"card": []}', "application/json", is_card) == "$.card became a container"


def test_a_key_that_is_secret_may_be_renamed_in_place() -> None:
    assert compare(f'{{"a": 1, "{SECRET}": 2}}', '{"a": 1, "***": 2}', "application/json") is None


def test_the_same_number_may_be_written_otherwise() -> None:
    assert compare('{"a": 1.0, "b": 1e3}', '{"a":1,"b":1000}', "application/json") is None
    assert compare('{"a": 1}', '{"a": true}', "application/json") is not None
    sent, rounded = '{"a": 1234567890123456789}', '{"a": 1234567890123456800}'
    assert compare(sent, rounded, "application/json") is not None


def test_nothing_at_all_may_stand_in_an_element() -> None:
    before = f"<job><name>deploy</name><key>{SECRET}</key></job>"
    assert compare(before, "<job><name>deploy</name><key></key></job>", "application/xml") is None
    assert compare(before, "<job><name></name><key>a</key></job>", "application/xml") is not None


def test_json_in_a_text_stays_json_or_is_replaced_whole() -> None:
    before = CARRIERS["json-string"].render(SECRET, "token").text
    inside = '{\\"token\\": \\"%s\\", \\"retries\\": 2}'
    assert inside % SECRET in before
    assert compare(before, before.replace(inside % SECRET, "[REDACTED]"), "application/json") is None
    assert compare(before, before.replace(SECRET, "***"), "application/json") is None
    swallowed = before.replace(inside % SECRET, '{\\"token\\": ***')
    assert compare(before, swallowed, "application/json") == "the JSON in the text at $.body is broken"
    lost = before.replace(inside % SECRET, '{\\"token\\": \\"***\\"}')
    assert "1 keys where it had 2: 'retries' is gone" in (compare(before, lost, "application/json") or "")


def test_a_suffix_names_the_syntax() -> None:
    assert compare("{}", "[]", "application/problem+json") == "$ is no mapping any more"
    assert compare("<a/>", "<b/>", "image/svg+xml") is not None


def test_without_a_grammar_nothing_is_broken() -> None:
    assert compare("a", "b", "text/plain") is None
    assert same_structure("a", "b", None, touched) is None
    assert compare("no json", "neither", "application/json") is None  # the input itself was none


def test_json_lines_keep_their_lines() -> None:
    before = CARRIERS["jsonl"].render(SECRET, "token").text
    assert compare(before, before.replace(SECRET, "***"), "application/x-ndjson") is None
    assert compare(before, before.splitlines()[0], "application/x-ndjson") == "it has 1 lines where it had 3"
    broken = compare(before, before.replace(f'"{SECRET}"', "***"), "application/x-ndjson")
    assert (broken or "").startswith("it is no JSON any more")
    moved = before.replace('"event":"stop"', '"event":"end"')
    assert compare(before, moved, "application/x-ndjson") == "line 3.event held no secret and changed"


@pytest.mark.parametrize("id", ["sse-openai", "sse-openai-tool", "sse-anthropic-tool", "sse-responses"])
def test_a_stream_keeps_its_frames(id: str) -> None:
    before = CARRIERS[id].render(SECRET, "token").text
    events = before.split("\n\n")
    middle = len(events) // 2

    def without(number: int) -> str:
        return "\n\n".join(events[:number] + events[number + 1 :])

    assert compare(before, without(middle), "text/event-stream") is None  # two deltas became one
    more = "\n\n".join([*events[:middle], events[middle], *events[middle:]])
    assert compare(before, more, "text/event-stream") is None  # one became two
    assert compare(before, before.replace('"}', "", 1), "text/event-stream") is not None
    assert compare(before, before.replace("data: ", "", 1), "text/event-stream") is not None
    assert compare(before, before.rstrip("\n"), "text/event-stream") == "the last event isn't closed by an empty line"
    assert compare(before, "", "text/event-stream") is not None
    odd = events[middle].split("data: ")[0] + 'data: {"other": 1}'
    kept = "\n\n".join([*events[:middle], odd, *events[middle + 1 :]])
    assert "keys that no event had before" in (compare(before, kept, "text/event-stream") or "")


def test_done_closes_a_stream_as_before() -> None:
    before = CARRIERS["sse-openai"].render(SECRET, "token").text
    assert compare(before, before.replace("data: [DONE]\n\n", ""), "text/event-stream") == (
        "the last event isn't [DONE] any more"
    )


def test_names_of_events_keep_their_order() -> None:
    before = CARRIERS["sse-anthropic"].render(SECRET, "token").text
    first, _, rest = before.partition("\n\n")
    for after in (
        before.replace("event: message_stop", "event: stop"),
        before.replace("event: content_block_start", "event: content_block_delta"),
        f"{rest}{first}\n\n",
        "\n\n".join(before.split("\n\n")[:-2]) + "\n\n",
    ):
        assert compare(before, after, "text/event-stream") == "an event's name changed or moved"


@pytest.mark.parametrize(
    ("media_type", "before", "after", "broken"),
    [
        ("application/xml", "<a><b>%s</b><c>1</c></a>", "<a><b>*</b><c>1</c></a>", None),
        ("application/xml", "<a><b>%s</b></a>", "<a><b></a>", "it is no XML any more: mismatched tag"),
        ("application/xml", "<a><b>%s</b><c>1</c></a>", "<a><b>*</b><d>1</d></a>", "held no secret and changed"),
        ("application/xml", '<a b="%s" c="1"/>', '<a b="*" c="1"/>', None),
        ("application/xml", '<a b="%s" c="1"/>', '<a b="*"/>', "items where it had"),
        ("application/xml", "<a>%s</a>", "", "it is no XML any more: no element found"),
        ("application/yaml", "a: %s\nb: 2\n", "a: '*'\nb: 2\n", None),
        ("application/yaml", "a: %s\nb: 2\n", "a: *\nb: 2\n", "it is no YAML any more"),
        ("application/yaml", "a: %s\nb: 2\n", "a: [REDACTED]\nb: 2\n", "$[0].a is no text any more"),
        ("application/yaml", "a: %s\nb: 2\n", "a: x\n", "'b' is gone"),
        ("application/toml", 'a = "%s"\nb = 2\n', 'a = "*"\nb = 2\n', None),
        ("application/toml", 'a = "%s"\nb = 2\n', "a = ***\nb = 2\n", "it is no TOML any more"),
        ("text/csv", "a,b\n1,%s\n", "a,b\n1,*\n", None),
        ("text/csv", "a,b\n1,%s\n", "a,b\n1,*,*\n", "the table[1] has 3 items where it had 2"),
        ("text/csv", "a,b\n1,%s\n", "a,b\n2,*\n", "the table[1][0] held no secret and changed"),
        ("text/csv", "a,b\n1,%s\n", 'a,b\n1,"*\n', "it is no CSV any more"),
        ("application/x-www-form-urlencoded", "a=1&b=%s", "a=1&b=*", None),
        ("application/x-www-form-urlencoded", "a=1&b=%s", "a=1&b=", None),
        ("application/x-www-form-urlencoded", "a=1&b=%s&c=2", "a=1&b=***", "3: 'c' is gone"),
        ("application/x-www-form-urlencoded", "a=1&b=%s", "a=2&b=*", "'a' in the form held no secret and changed"),
        ("message/http", HTTP, "GET / HTTP/1.1\r\nhost: a\r\nX-Key: *\r\n\r\n", None),
        ("message/http", HTTP, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "'x-key' is gone"),
        ("message/http", HTTP, "GET / HTTP/1.1\r\nHost: a\r\n***\r\n\r\n", "none"),
        ("message/http", "GET / HTTP/1.1\r\nX-Key: %s\r\n\r\n", "*** HTTP/1.1\r\nX-Key: %s\r\n\r\n", "first line"),
    ],
)  # fmt: skip
def test_each_syntax_is_judged_by_its_own_grammar(media_type: str, before: str, after: str, broken: str | None) -> None:
    found = compare(before % SECRET, after, media_type)
    assert found is None if broken is None else broken in (found or "")


def test_multipart_keeps_its_parts() -> None:
    carried = CARRIERS["multipart"].render(SECRET, "token")
    kind = carried.media_type or ""
    assert compare(carried.text, carried.text.replace(SECRET, "***"), kind) is None
    assert compare(carried.text, carried.text.replace("Weekly report", "***"), kind) is not None
    assert compare(carried.text, carried.text.replace("--letsbe-part--", ""), kind) == (
        "the parts aren't closed by the boundary any more"
    )
    assert compare(carried.text, carried.text.replace('name="token"', 'name="***"'), kind) is not None
    # The boundary is told from the body when the type doesn't name it.
    assert compare(carried.text, carried.text.replace(SECRET, "***"), "multipart/form-data") is None
