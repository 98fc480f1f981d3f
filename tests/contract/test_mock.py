"""The mock: examples first, then valid values, refusals with a reason, and a memory when asked for."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from pytest_letsbe.api.generate import Generator
from pytest_letsbe.api.mock.http import MockServer
from pytest_letsbe.api.mock.service import MockService
from pytest_letsbe.api.pact import load_pact, write_pact
from pytest_letsbe.api.schemas import Schemas
from pytest_letsbe.data import data_dir

TEXT = """\
paths:
  /things:
    get:
      operationId: listThings
      parameters: [{name: limit, in: query, schema: {type: integer, minimum: 1}}]
      responses:
        "200": {description: All, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}
        "400": {description: No, content: {application/json: {schema: {type: object, required: [message], properties: {message: {type: string}}}}}}
    post:
      operationId: createThing
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, additionalProperties: false, required: [name], properties: {name: {type: string, minLength: 2}}}}}
      responses:
        "201": {description: Made, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, pattern: "^t-[0-9]{6}$"}}]
    get:
      operationId: getThing
      responses:
        "200": {description: One, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}, example: {id: t-000001, name: one}}}}
        "404": {description: None}
    delete:
      operationId: deleteThing
      responses: {"204": {description: Gone}, "404": {description: None}}
components:
  schemas:
    Thing:
      type: object
      required: [id, name]
      properties: {id: {type: string, pattern: "^t-[0-9]{6}$"}, name: {type: string, minLength: 2, maxLength: 4}}
"""
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def service(description):
    return lambda **options: MockService(description(TEXT), **options)


def ask(service, method, target, body=None):
    answer = service.answer(
        method, target, JSON if body is not None else {}, b"" if body is None else json.dumps(body).encode()
    )
    return answer.status, json.loads(answer.body) if answer.body else None, answer


def test_an_example_is_answered_as_it_stands(service):
    assert ask(service(), "GET", "/things/t-000009")[:2] == (200, {"id": "t-000001", "name": "one"})


def test_an_example_that_breaks_its_own_schema_isnt_sent(description):
    made = MockService(description(TEXT.replace("name: one", "name: too-long")))
    status, body, _ = ask(made, "GET", "/things/t-000009")
    assert status == 200
    assert 2 <= len(body["name"]) <= 4


def test_without_an_example_a_valid_value_is_made(service):
    status, body, _ = ask(service(), "GET", "/things")
    assert status == 200
    assert Schemas(service().description).errors_by("#/components/schemas/Thing", body[0], "response") == []


def test_a_refusal_says_why_in_the_documented_form(service):
    status, body, _ = ask(service(), "GET", "/things?limit=0")
    assert status == 400
    assert "limit" in body["message"]
    assert ask(service(), "POST", "/things", {"name": "x"})[2].reasons[0].startswith("the body at /name")
    assert ask(service(), "POST", "/things")[2].reasons == ("the body is missing",)


def test_what_isnt_described_is_404_and_405(service):
    assert ask(service(), "GET", "/other")[0] == 404
    status, _, answer = ask(service(), "PATCH", "/things")
    assert (status, answer.headers["Allow"]) == (405, "GET, POST")


def test_a_memory_keeps_what_was_created_until_it_is_deleted(service):
    made = service(stateful=True)
    _, thing, _ = ask(made, "POST", "/things", {"name": "abc"})
    assert thing["name"] == "abc"
    assert ask(made, "GET", f"/things/{thing['id']}")[:2] == (200, thing)
    assert ask(made, "GET", "/things")[1] == [thing]
    assert ask(made, "DELETE", f"/things/{thing['id']}")[0] == 204
    assert ask(made, "GET", f"/things/{thing['id']}")[0] == 404


def test_over_http_the_hub_is_played_and_recorded(tmp_path):
    from pytest_letsbe.api.description import describe

    hub = describe(data_dir("contracts") / "hub" / "openapi.yaml")
    server = MockServer(MockService(hub)).start()
    try:
        quote = json.dumps({"plan": "team", "seats": 2, "billing": "monthly"}).encode()
        request = urllib.request.Request(f"{server.url}/quotes", quote, JSON)
        with urllib.request.urlopen(request, timeout=30) as response:
            assert response.status == 201
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server.url}/tenants", timeout=30)
        assert refused.value.code == 401
        assert refused.value.headers["Content-Type"] == "application/problem+json"
    finally:
        server.close()
    assert server.refused == ["GET /tenants: credentials for 'bearerAuth' are missing"]
    (tmp_path / "p.json").write_text(write_pact(server.pact("website")))
    [interaction] = load_pact(tmp_path / "p.json").interactions
    assert (interaction.description, interaction.status) == ("POST /quotes answered 201", 201)


def test_letsbe_mock_serves_other_languages(tmp_path):
    argv = [
        sys.executable,
        "-P",
        "-m",
        "pytest_letsbe",
        "mock",
        str(data_dir("contracts") / "egress-proxy" / "openapi.yaml"),
    ]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as mock:
        try:
            line = mock.stdout.readline()
            url = line.split(": ", 1)[1].split(" ")[0]
            with urllib.request.urlopen(f"{url}/healthz", timeout=30) as response:
                assert json.loads(response.read())["status"] == "ok"
        finally:
            mock.send_signal(signal.SIGINT)
            mock.wait(30)
    assert mock.returncode == 0


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 5, "multipleOf": 4},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": "string", "pattern": "^(ab|cd)[0-9]{2,4}x?$"},
        {"type": "string", "format": "uuid"},
        {"type": "string", "minLength": 30},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3},
        {"allOf": [{"type": "object", "properties": {"a": {"type": "null"}}}, {"required": ["b"]}]},
        {"oneOf": [{"type": "object", "required": ["k"], "properties": {"k": {"const": 1}}}, {"type": "string"}]},
        {"type": ["null", "string"], "enum": [None, "x"]},
        {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    ],
)
def test_made_values_are_valid(description, schema):
    text = f"paths: {{}}\ncomponents: {{schemas: {{It: {json.dumps(schema)}}}}}\n"
    made = description(text)
    value = Generator(made).value({"$ref": "#/components/schemas/It"})
    assert Schemas(made).errors_by("#/components/schemas/It", value, "response") == []
