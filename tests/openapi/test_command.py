"""``letsbe diff``: one line for each finding, its exit code, and its JSON."""

import json
from pathlib import Path

import pytest

from pytest_letsbe.cli import main
from pytest_letsbe.openapi.diff import diff

from .pairs import in_request, in_response

OLD = in_response({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}})
NEW = in_response({"type": "object", "properties": {"id": {"type": "string"}}})


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, data):
        text = data if isinstance(data, str) else json.dumps(data, indent=1)
        (tmp_path / name).write_text(text)
        return name

    return write


def test_a_break_is_told_with_its_line_and_a_witness(write, capsys):
    assert main(["diff", write("old.json", OLD), write("new.json", NEW)]) == 1
    first, witness, summary = capsys.readouterr().out.splitlines()
    line = int(first.split(":")[1])
    assert first.startswith("new.json:")
    assert "response-property-became-optional" in first
    assert '"id": {' in Path("new.json").read_text().splitlines()[line - 1]
    assert witness.startswith("    witness: ")
    assert '"body": {}' in witness
    assert summary.startswith("breaking: 1 breaks")


def test_the_same_is_compatible(write, capsys):
    assert main(["diff", write("old.json", OLD), write("new.json", OLD)]) == 0
    assert capsys.readouterr().out.startswith("compatible: ")


def test_what_cannot_be_judged_is_unknown(write, capsys):
    old = write("old.json", in_request({"$ref": "https://example.com/a"}))
    assert main(["diff", old, write("new.json", in_request({"type": "string"})), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["verdict"] == "unknown"


def test_the_json_has_the_fixed_keys(write, capsys):
    assert main(["diff", write("old.json", OLD), write("new.json", NEW), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    (finding,) = said["findings"]
    assert said["verdict"] == "breaking"
    assert {"rule", "location", "verdict", "witness", "message"} <= finding.keys()
    assert finding["verdict"] == "break"
    assert finding["witness"]["response"]["body"] == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "bad.yaml:"),
        ("a: [", "bad.yaml:"),
        ("[]", "bad.yaml"),
        ("just text", "bad.yaml"),
        ("", "bad.yaml"),
        ("a: 1\nb: {c: 2\n", "bad.yaml:3:1"),
        ("a: &a [*a]\npaths: {}", "bad.yaml:"),
        ("[" * 5000, "bad.yaml"),
        ("{" * 5000, "bad.yaml"),
    ],
)
def test_what_is_no_description_is_a_usage_error_with_its_place(write, capsys, text, said):
    assert main(["diff", write("bad.yaml", text), write("new.json", NEW)]) == 2
    assert said in capsys.readouterr().err


def test_a_missing_file_is_a_usage_error(write, capsys):
    assert main(["diff", "nowhere.yaml", write("new.json", NEW)]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_references_into_other_files_are_followed_and_found_there(write):
    spec = in_response({"$ref": "parts/thing.yaml#/Thing"})
    write("old.json", spec)
    new = write("new.json", in_response({"$ref": "parts/other.yaml#/Thing"}))
    Path("parts").mkdir()
    write(
        "parts/thing.yaml", "Thing: {type: object, required: [a], properties: {a: {$ref: '#/A'}}}\nA: {type: string}\n"
    )
    write("parts/other.yaml", "Thing:\n  type: object\n  required: [a]\n  properties:\n    a: {type: integer}\n")
    report = diff("old.json", new)
    (finding,) = report.breaks
    assert str(finding.location).startswith("parts/other.yaml:5")


def test_yaml_is_read_as_yaml_1_2(write):
    old = "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n          content:\n            application/json:\n              schema: {enum: [no, yes, 12:30:00, 2020-01-01]}\n"
    write("old.yaml", old)
    write(
        "new.yaml",
        old.replace("[no, yes, 12:30:00, 2020-01-01]", '["no", "yes", "12:30:00", "2020-01-01"]').replace(
            "200:", '"200":'
        ),
    )
    assert not diff("old.yaml", "new.yaml").findings


def test_swagger_2_is_read_too(write):
    old = {
        "swagger": "2.0",
        "paths": {
            "/a": {
                "post": {
                    "parameters": [
                        {
                            "name": "b",
                            "in": "body",
                            "schema": {"type": "object", "properties": {"x": {"type": "string"}}},
                        },
                        {"name": "q", "in": "query", "type": "integer"},
                    ],
                    "responses": {"200": {"description": "ok", "schema": {"type": "string"}}},
                }
            }
        },
    }
    new = json.loads(json.dumps(old).replace('"type": "integer"', '"type": "integer", "maximum": 3'))
    report = diff(write("old.json", old), write("new.json", new))
    assert [finding.rule for finding in report.breaks] == ["request-parameter-max-set"]


def test_a_shared_schema_is_told_once(write):
    spec = in_response({"$ref": "#/components/schemas/A"})
    spec["paths"]["/more"] = spec["paths"]["/things"]
    spec["components"] = {"schemas": {"A": {"type": "object", "properties": {"k": {"enum": ["a"]}}}}}
    new = json.loads(json.dumps(spec).replace('["a"]', '["a", "b"]'))
    (finding,) = diff(write("old.json", spec), write("new.json", new)).breaks
    assert finding.also == 1
    assert "(and in 1 more places)" in finding.line()


def test_a_reference_that_leads_nowhere_is_told_with_its_line(write, capsys):
    old = write("old.json", OLD)
    new = write("new.json", in_response({"$ref": "#/components/schemas/Nope"}))
    assert main(["diff", old, new]) == 3
    lines = capsys.readouterr().out.splitlines()
    note = next(line for line in lines if line.startswith("note: "))
    assert "#/components/schemas/Nope leads nowhere" in note
    line = int(note.split(":")[2])
    assert '"schema"' in Path("new.json").read_text().splitlines()[line - 1]


@pytest.mark.parametrize("text", ['{"a": [}', None])
def test_a_file_that_is_referred_to_and_cannot_be_read_is_named_with_the_reason(write, capsys, text):
    if text:
        write("part.json", text)
    name = "part.json" if text else "no\0file.json"
    assert main(["diff", write("old.json", OLD), write("new.json", in_response({"$ref": name}))]) == 3
    said = capsys.readouterr().out
    assert ("part.json:1:" if text else "can't be read") in said


def test_a_deep_document_is_the_same_as_itself(write):
    schema = {"type": "string"}
    for _ in range(240):
        schema = {"type": "object", "properties": {"a": schema}}
    name = write("deep.json", json.dumps(in_response(schema)))
    assert not diff(name, name).findings


def test_one_file_by_two_paths_is_one_file(write):
    Path("parts").mkdir()
    for letter, most in (("a", 5), ("b", 9)):
        write(
            f"parts/{letter}.yaml",
            f"D: {{$ref: '../parts/{letter}.yaml#/T'}}\nT: {{type: string, maxLength: {most}}}\n",
        )
        spec = in_response({"type": "object", "properties": {"x": {"$ref": f"parts/{letter}.yaml#/D"},
                                                             "y": {"$ref": f"parts/{letter}.yaml#/T"}}})  # fmt: skip
        write(f"{letter}.json", spec)
    assert {str(finding.location)[:14] for finding in diff("a.json", "b.json").breaks} == {"parts/b.yaml:2"}
