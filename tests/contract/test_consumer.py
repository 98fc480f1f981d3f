"""A consumer's file against a description: what is taken, what is promised, what is used."""

import json

import pytest

from pytest_letsbe.api.consumer import Provider, uses
from pytest_letsbe.api.pact import Interaction, Pact, load_pact, write_pact
from pytest_letsbe.model import Location, UsageError

TEXT = """\
paths:
  /things:
    post:
      operationId: createThing
      requestBody:
        content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
      responses:
        "201": {description: Made, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        4XX: {description: Refused}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getThing
      responses:
        "200":
          description: The thing
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
components:
  schemas:
    Named: {type: object, required: [name], properties: {name: {type: string}}}
    Thing:
      allOf:
        - $ref: "#/components/schemas/Named"
        - type: object
          required: [id, tags]
          properties:
            id: {type: integer}
            tags: {type: object, additionalProperties: {type: string}}
            extra: {type: object}
            owner: {anyOf: [{$ref: "#/components/schemas/Named"}, {type: "null"}]}
"""
JSON = {"Content-Type": "application/json"}


def problems(description, **parts):
    given = {"description": "it", "method": "GET", "path": "/things/7", "response_headers": JSON, "reads": {"id": 7}}
    return Provider(description(TEXT)).problems(Interaction(**{**given, **parts}))


def test_reading_a_part_is_fine(description):
    assert problems(description) == []


def test_fields_of_all_branches_of_a_composition_are_promised(description):
    assert problems(description, reads={"id": 7, "name": "a", "owner": {"name": "b"}}) == []


def test_a_map_promises_every_key_and_a_free_object_anything(description):
    assert problems(description, reads={"tags": {"any": "text"}, "extra": {"what": {"ever": 1}}}) == []
    assert "7 is not of type" in problems(description, reads={"tags": {"any": 7}})[0]


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ({"colour": "red"}, "$.colour isn't described"),
        ({"owner": {"name": "b", "age": 3}}, "$.owner.age isn't described"),
        ({"id": "7"}, '"7" is not of type "integer"'),
    ],
)
def test_what_isnt_promised_is_told(description, reads, said):
    [problem] = problems(description, reads=reads)
    assert said in problem


def test_a_documented_header_is_promised_and_another_isnt(description):
    assert problems(description, response_headers={**JSON, "etag": "x"}) == []
    assert "'X-Other'" in problems(description, response_headers={**JSON, "X-Other": "x"})[0]


def test_who_expects_a_refusal_may_send_what_is_refused(description):
    refused = {"method": "POST", "path": "/things", "headers": JSON, "body": {}}
    assert problems(description, **refused, status=422, response_headers={}, reads={}) != []  # no body is promised
    from pytest_letsbe.api.pact import ABSENT

    assert problems(description, **refused, status=422, response_headers={}, reads=ABSENT) == []
    assert "refuses" in problems(description, **refused, status=201)[0]


def test_uses_name_operations_and_fields(description):
    reads = Interaction("it", "GET", "/things/7", reads={"id": 7, "tags": {"a": "b"}}, response_headers=JSON)
    [use] = uses(Pact("mobile", "hub", (reads,), Location("x")), description(TEXT))
    assert (use.consumer, use.operation, use.status) == ("mobile", "GET /things/{id}", 200)
    assert use.reads_field("GET /things/{id}", "$.id")
    assert use.reads_field("GET /things/{id}", "$.tags")
    assert not use.reads_field("GET /things/{id}", "$.name")
    assert "path:id" in use.parameters


def test_older_pact_files_are_read(tmp_path):
    old = {
        "consumer": {"name": "shop"},
        "provider": {"name": "hub"},
        "interactions": [
            {
                "description": "a page",
                "providerState": "things",
                "request": {"method": "get", "path": "/things", "query": "limit=2&tag=a"},
                "response": {"status": 200, "body": [1]},
            }
        ],
        "metadata": {"pactSpecification": {"version": "2.0.0"}},
    }
    (tmp_path / "p.json").write_text(json.dumps(old, indent=1))
    [found] = load_pact(tmp_path / "p.json").interactions
    assert (found.method, found.query, found.reads) == ("GET", "limit=2&tag=a", [1])
    assert found.response_headers == JSON


def test_what_is_written_is_read_back(tmp_path):
    given = Interaction(
        "it", "POST", "/things", "a=1&a=2", JSON, {"name": "x"}, 201, JSON, {"id": 1, "name": None}, None
    )
    (tmp_path / "p.json").write_text(write_pact(Pact("mobile", "hub", (given,), Location("x"))))
    pact = load_pact(tmp_path / "p.json")
    [found] = pact.interactions
    assert pact.consumer == "mobile"
    for name in ("method", "path", "query", "body", "status", "reads"):
        assert getattr(found, name) == getattr(given, name)


def test_a_file_that_is_no_pact_is_told_with_its_place(tmp_path, judged):
    (tmp_path / "x.pact.json").write_text('{"interactions": [\n {"request": {}}]}')
    with pytest.raises(UsageError, match=r"x\.pact\.json:2:2: an interaction needs"):
        load_pact(tmp_path / "x.pact.json", shown_as="x.pact.json")
    assert "consumer[x.pact.json/file]" in judged(TEXT, consumers=["*.pact.json"])


def test_a_glob_without_files_proves_nothing_and_says_so(judged):
    [(case, error)] = judged(TEXT, consumers=["pacts/*.json"]).items()
    assert case == "consumer[no-file-1]"
    assert "no file matches 'pacts/*.json'" in str(error)
