"""Carriers: rows that make valid documents around any value that fits, with nothing secret-like of their own."""

from __future__ import annotations

import configparser
import csv
import io
import json
import re
import shlex
import tomllib
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_letsbe import corpora
from pytest_letsbe.checks.redaction.carriers import KEYS, fits, parse_carrier
from pytest_letsbe.checks.redaction.encodings import ENCODINGS
from pytest_letsbe.checks.redaction.model import Carrier
from pytest_letsbe.checks.redaction.sse import deltas
from pytest_letsbe.checks.redaction.structure import same_structure
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, UsageError

FILE = data_dir("corpora") / "redaction" / "carriers.yaml"
CARRIERS = {row.id: parse_carrier(row.data, row.location) for row in corpora.read(FILE, ["carriers"])}
every_carrier = pytest.mark.parametrize("carrier", CARRIERS.values(), ids=list(CARRIERS))

TOKEN = "Ab3" + "dE7gH" * 6
LINES = "first Line\nsecond/line+\nthird==\n"
AWKWARD = "pa\"ss' w&r<d>%\\${x},;|=#"
HERE = Location("carriers.yaml", 7)


def row(**changes: object) -> dict[str, object]:
    return {"id": "sample", "tier": "must", "keyed": True, "template": "user=alice {key}={value} ok\n", **changes}


def test_there_are_plenty_and_most_are_ordinary() -> None:
    assert len(CARRIERS) >= 60
    assert sum(carrier.tier == "must" for carrier in CARRIERS.values()) >= 40


def test_no_carrier_has_the_name_of_an_encoding() -> None:
    assert not CARRIERS.keys() & {encoding.id for encoding in ENCODINGS}


@every_carrier
def test_a_token_fits_every_carrier_and_its_kept_pieces_stand_in_the_text(carrier: Carrier) -> None:
    carried = carrier.render(TOKEN, "api_token")
    assert fits(carrier, TOKEN)
    assert all(piece in carried.text for piece in carried.keep)
    assert (TOKEN in carried.text) != (carrier.id.startswith(("sse-", "ndjson")))


@every_carrier
def test_only_keyed_carriers_show_the_key(carrier: Carrier) -> None:
    text = carrier.render(TOKEN, "kqz").text
    assert carrier.keyed == ("kqz" in (text + "".join(joined for _, joined in deltas(text, ""))).lower())


@every_carrier
def test_the_text_beside_the_value_holds_nothing_secret_like(carrier: Carrier) -> None:
    text = carrier.render("", "name").text if fits(carrier, "") else carrier.render("x", "name").text
    assert not re.search(r"[0-9a-fA-F]{16}|[0-9]{9}|[A-Za-z0-9+/_]{28}", text)  # keys, numbers of persons
    assert not re.search(r"[\w.]+@(?!git\.example\.test)[\w.]+", text)  # mail addresses
    hosts = re.findall(r"https?://(?:[^/@\s]*@)?([^/\s?\"'`]+)", text)
    assert all(host.endswith(".example.test") for host in hosts)


@every_carrier
def test_the_document_is_valid_for_every_value_that_fits(carrier: Carrier) -> None:
    for value in (TOKEN, LINES, AWKWARD, "Grüße 日本", "\x00\x1b[1m"):
        if not fits(carrier, value):
            continue
        carried = carrier.render(value, "api_token")
        if carried.media_type is not None:
            assert same_structure(carried.text, carried.text, carried.media_type, lambda _: False) is None
            assert same_structure(carried.text, "", carried.media_type, lambda _: False) is not None


READERS = {
    "json-field": lambda t: json.loads(t)["api_token"],
    "json-nested": lambda t: json.loads(t)["items"][0]["auth"]["apiToken"],
    "json-array": lambda t: json.loads(t)[1],
    "json-string": lambda t: json.loads(json.loads(t)["body"])["api_token"],
    "json-string-twice": lambda t: json.loads(json.loads(json.loads(t)["log"])["line"])["api_token"],
    "jsonl": lambda t: json.loads(t.splitlines()[1])["api_token"],
    "tool-call": lambda t: json.loads(json.loads(t)["tool_calls"][0]["function"]["arguments"])["api_token"],
    "tool-result": lambda t: json.loads(t)["content"][0]["text"][len("exit 0\nwrote:\n") : -len("\ndone\n")],
    "toml": lambda t: tomllib.loads(t)["deploy"]["api_token"],
    "ini": lambda t: _ini(t)["server"]["api_token"],
    "yaml-plain": lambda t: yaml.safe_load(t)["api_token"],
    "yaml-double": lambda t: yaml.safe_load(t)["env"]["API_TOKEN"],
    "yaml-single": lambda t: yaml.safe_load(t)["apiToken"],
    "yaml-block": lambda t: yaml.safe_load(t)["data"]["api_token"],
    "csv-row": lambda t: list(csv.reader(io.StringIO(t, newline="")))[2][2],
    "xml-text": lambda t: ElementTree.fromstring(t).findtext("api-token"),
    "xml-attribute": lambda t: ElementTree.fromstring(t)[0].get("api-token"),
    "xml-cdata": lambda t: ElementTree.fromstring(t).findtext("api-token"),
    "form-body": lambda t: parse_qs(t)["api_token"][0],
    "url": lambda t: parse_qs(urlsplit(t).query)["api_token"][0],
    "url-userinfo": lambda t: unquote(urlsplit(t.split()[2]).password or ""),
    "argv": lambda t: shlex.split(t)[3].partition("=")[2],
    "env-export": lambda t: shlex.split(t, comments=True)[3].partition("=")[2],
    "docker-build": lambda t: shlex.split(t)[3].partition("=")[2],
    "curl": lambda t: shlex.split(t)[5].removeprefix("Authorization: Bearer "),
}


def _ini(text: str) -> configparser.ConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


@pytest.mark.parametrize("id", READERS)
@pytest.mark.parametrize("value", [TOKEN, LINES, AWKWARD, "Grüße 日本"], ids=["token", "lines", "awkward", "foreign"])
def test_a_reader_of_the_syntax_gets_the_value_back(id: str, value: str) -> None:
    if not fits(CARRIERS[id], value):
        assert value != TOKEN
        return
    read = READERS[id](CARRIERS[id].render(value, "api_token").text)
    # A header has no line breaks, and a block scalar's last one is chomped.
    assert read.replace("\\n", "\n").rstrip("\n") == value.rstrip("\n")


@pytest.mark.parametrize("id", [name for name in CARRIERS if name.startswith(("sse-", "ndjson"))])
def test_a_stream_cuts_the_value_over_events_that_give_it_back_joined(id: str) -> None:
    text = CARRIERS[id].render(TOKEN, "api_token").text
    assert TOKEN[:8] not in text
    ((_, joined),) = deltas(text, "")
    assert TOKEN in joined


def test_a_key_of_several_lines_stands_wherever_the_syntax_has_a_way() -> None:
    unfit = {carrier.id for carrier in CARRIERS.values() if not fits(carrier, LINES)}
    one_line = {"log-line", "syslog", "stack-trace", "argv-spaced", "markdown-code", "markdown-table"}
    assert unfit == one_line | {"yaml-plain", "yaml-single", "ini"}


def test_headers_refuse_what_no_client_would_send() -> None:
    assert not fits(CARRIERS["header-field"], "a\u200bb")
    assert not fits(CARRIERS["header-field"], "a\0b")
    assert not fits(CARRIERS["xml-text"], "a\x1bb")
    assert not fits(CARRIERS["argv"], "a\0b")


def test_the_key_is_spelt_as_each_syntax_spells_it() -> None:
    spelt = {name: make("x-apiKey_2") for name, make in KEYS.items()}
    assert spelt == {
        "key": "x-apiKey_2",
        "key-lower": "x_api_key_2",
        "key-upper": "X_API_KEY_2",
        "key-kebab": "x-api-key-2",
        "key-header": "X-Api-Key-2",
        "key-camel": "xApiKey2",
        "key-words": "x api key 2",
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tmplate": "x"}, "unknown key 'tmplate' (did you mean 'template'?)"),
        ({"id": "No Good"}, "can't stand in a node id"),
        ({"tier": "maybe"}, "tier must be one of must, should, strict"),
        ({"keyed": "yes"}, "keyed must be true or false"),
        ({"template": "no value {key}"}, "needs {value}"),
        ({"template": "{key}={valu}"}, "no field {valu} (did you mean 'value'?)"),
        ({"template": "{key}={value}}"}, "a brace of the text is written twice"),
        ({"template": "x={value}"}, "keyed: true goes with a {key}"),
        ({"keyed": False}, "keyed: true goes with a {key}"),
        ({"escape": "jsn"}, "no escape is called 'jsn' (did you mean 'json'?)"),
        ({"builtin": "sse-openai"}, "has no template"),
        ({"template": None, "builtin": None}, "needs builtin"),
        ({"keep": ["nowhere"]}, "isn't in the carrier's own text"),
        ({"keep": 3}, "keep must be a list of texts"),
        ({"template": "user=alice:{key}={value} ok", "keep": ["user=alice"]}, "touches the value"),
        ({"template": "{key} {value}/done", "keep": ["done"]}, "touches the value"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_the_mend(changes: dict[str, object], sentence: str) -> None:
    wrong = {name: value for name, value in row(**changes).items() if value is not None or name == "builtin"}
    with pytest.raises(UsageError) as caught:
        parse_carrier(wrong, HERE)
    assert str(caught.value).startswith("carriers.yaml:7: ")
    assert sentence in str(caught.value)


def test_a_good_row_keeps_its_place() -> None:
    carrier = parse_carrier(row(keep=["user=alice", "ok"]), HERE)
    assert carrier.location == HERE
    assert carrier.render("v", "token").text == "user=alice token=v ok\n"


@given(value=st.text(max_size=40), carrier=st.sampled_from(list(CARRIERS.values())))
def test_any_value_fits_or_is_refused_and_what_fits_is_a_valid_document(value: str, carrier: Carrier) -> None:
    if fits(carrier, value):
        carried = carrier.render(value, "token")
        assert same_structure(carried.text, carried.text, carried.media_type, lambda _: False) is None
