"""Requests on the wire: a text may stand for several values, and one that is allowed is enough."""

import pytest

from pytest_letsbe.api.messages import Messages, Request, match_media_type, parse_json
from pytest_letsbe.api.routes import Routes

TEXT = """\
paths:
  /a/{id}:
    get:
      operationId: a
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: n, in: query, schema: {$ref: "#/components/schemas/N"}}
        - {name: list, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: many, in: query, schema: {type: array, maxItems: 2, items: {type: string}}}
        - {name: X-Flag, in: header, required: true, schema: {type: boolean}}
      responses: {"200": {description: A}}
  /a/b:
    get: {operationId: b, responses: {"200": {description: B}}}
components: {schemas: {N: {type: [integer, "null"], maximum: 9}}}
"""


@pytest.mark.parametrize(
    ("query", "headers", "count"),
    [
        ("", {"x-flag": "true"}, 0),
        ("", {}, 1),
        ("", {"X-Flag": "yes"}, 1),
        ("n=9&list=1,2&many=1&many=b", {"x-flag": "false"}, 0),
        ("n=10", {"x-flag": "false"}, 1),
        ("n=ten", {"x-flag": "false"}, 1),
        ("n=1&n=2", {"x-flag": "false"}, 1),
        ("list=1,x", {"x-flag": "false"}, 1),
        ("many=a&many=b&many=c", {"x-flag": "false"}, 1),
        ("unknown=1&n=null", {"x-flag": "false"}, 0),
    ],
)
def test_parameters_are_judged_as_they_come(description, query, headers, count):
    made = description(TEXT)
    route = Routes(made).find("/a/x%2Fy")
    assert route.values == {"id": "x/y"}
    request = Request(route.operations["GET"], route.values, query, headers)
    assert len(Messages(made).problems_of_request(request)) == count


def test_a_path_without_placeholders_wins(description):
    assert Routes(description(TEXT)).find("/a/b").path == "/a/b"


def test_the_base_path_of_the_first_server_is_cut(description):
    made = description(TEXT + 'servers: [{url: "https://x.test/v1/"}]\n')
    assert Routes(made).find("/v1/a/b").path == Routes(made).find("/a/b").path == "/a/b"


def test_media_types_match_without_parameters_and_by_range():
    assert match_media_type("application/json; charset=utf-8", {"application/json": {}}) == "application/json"
    assert match_media_type("text/csv", {"text/*": {}, "*/*": {}}) == "text/*"
    assert match_media_type("", {"*/*": {}}) is None


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        parse_json(body)
