"""What is said of descriptions: every finding at the line of the YAML."""

import json

from pytest_letsbe.checks.contract.check import ContractCheck
from pytest_letsbe.checks.contract.options import ContractOptions
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec

GOOD = """\
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: Things
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Things"}
              example: [{name: a}]
components:
  schemas:
    Things: {type: array, items: {$ref: "#/components/schemas/Thing"}}
    Thing: {type: object, required: [name], properties: {name: {type: string}, secret: {type: string, writeOnly: true}}}
"""


def test_a_good_description_has_no_finding(judged):
    assert judged(GOOD) == {}


def test_the_finding_stands_at_the_line_of_the_example(judged):
    [(case, error)] = judged(GOOD.replace("{name: a}", "{name: 1}")).items()
    assert case == "examples-match[document]"
    assert (error.location.path, error.location.line) == ("openapi.yaml", 14)
    assert "/0/name: 1 is not of type" in error.sentence


def test_a_dead_reference_is_told_once_and_where(judged):
    found = judged(
        GOOD.replace('items: {$ref: "#/components/schemas/Thing"}', 'items: {$ref: "#/components/schemas/Other"}')
    )
    assert found["refs-resolve[document]"].location.line == 17
    assert "there is no 'Other'" in found["refs-resolve[document]"].sentence
    assert "valid-document[document]" not in found


def test_what_isnt_yaml_is_a_finding_and_no_crash(judged):
    found = judged("paths: {")
    assert {"valid-document[document]", "liveness[document]"} == set(found)


def test_json_descriptions_have_lines_too(judged, tmp_path):
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"summary": "A"}}}}},
    }
    (tmp_path / "api.json").write_text(json.dumps(document, indent=1))
    found = judged(spec="api.json")
    assert found["valid-document[document]"].location.line == 10


def test_an_empty_alternative_opens_an_operation_to_everybody(judged):
    text = GOOD.replace("operationId: listThings", "operationId: listThings\n      security: [{}]")
    assert judged(text) == {}


def test_a_write_only_property_may_be_required_and_absent_from_an_answer(judged):
    text = GOOD.replace("required: [name]", "required: [name, secret]")
    assert judged(text) == {}


def test_swagger_2_is_read(judged):
    text = """\
swagger: "2.0"
info: {title: Old, version: "1"}
security: []
paths:
  /things:
    get:
      operationId: listThings
      produces: [application/json]
      responses:
        200: {description: Things, schema: {type: array, items: {$ref: "#/definitions/Thing"}}}
definitions:
  Thing: {type: object, properties: {name: {type: string}}, example: {name: a}}
"""
    assert judged(text, head="") == {}
    assert "examples-match[document]" in judged(text.replace("{name: a}", "{name: 1}"), head="")


def test_the_shipped_contracts_and_their_consumers_are_good():
    contracts = data_dir("contracts")
    for service in ("hub", "safety-wrapper", "egress-proxy"):
        consumers = ["mobile/*.pact.json", "website/*.pact.json"] if service == "hub" else []
        check = ContractCheck()
        options = ContractOptions(spec=f"{service}/openapi.yaml", consumers=consumers)
        cases = check.cases(Spec("contract", options, contracts, Location("letsbe.yaml")))
        assert len(cases) >= 6
        for case in cases:
            check.run(case, None)
