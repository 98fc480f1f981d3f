"""letsbe.yaml: what is valid, and where a mistake is told with its mend."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_letsbe
from pytest_letsbe import strict_yaml
from pytest_letsbe.checks import Checks
from pytest_letsbe.manifest import json_schema, load, required_checks
from pytest_letsbe.model import UsageError

CHECKS = Checks()
SCHEMA = Path(pytest_letsbe.__file__).parent / "letsbe.schema.json"

WHOLE = """\
version: 1
package: egress-proxy
require: [+unit, -perf]
targets:
  redactor: {run: [node, dist/redactor.js]}
  other:    {python: "wrapper.gate:make_gate"}
  api:      {start: [node, x.js, --port, "{port}"], url: "http://127.0.0.1:{port}", ready: /health, timeout: 20}
  running:  {url: "http://127.0.0.1:8080"}
  ours:     {reference: correct}
checks:
  redaction: {target: redactor, corpus: [secrets, pii], carriers: [must, gzip-base64]}
  unit:      {run: pnpm test:unit, junit: reports/unit.xml}
waive:
  - {id: "redaction::no-leak[github-pat/url/base64]", until: 2027-01-31, reason: "issue 12"}
  - {id: perf, until: 2027-01-31, reason: "issue 13"}
"""


def read(tmp_path, text):
    path = tmp_path / "letsbe.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, CHECKS)


def test_the_whole_shape_is_read(tmp_path):
    manifest = read(tmp_path, WHOLE)
    assert manifest.package == "egress-proxy"
    assert manifest.required == ("redaction", "egress", "references", "secrets", "unit")
    assert list(manifest.removed) == ["perf"]
    assert manifest.checks["redaction"].target.run == ["node", "dist/redactor.js"]
    assert [waiver.id for waiver in manifest.waivers] == ["redaction::no-leak[github-pat/url/base64]", "perf"]


def test_required_checks_are_those_of_the_matrix():
    assert required_checks() == {
        "hub": ["lint", "unit", "integration", "migrations", "contract", "references", "secrets"],
        "safety-wrapper": ["unit", "hooks", "redaction", "gating", "references", "secrets"],
        "egress-proxy": ["redaction", "egress", "perf", "references", "secrets"],
        "provisioner": ["shellcheck", "templates", "smoke", "references", "secrets"],
        "mobile": ["typecheck", "unit-ui", "contract", "build", "references", "secrets"],
        "website": ["lint", "typecheck", "onboarding", "pricing", "references", "secrets"],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "letsbe.yaml:1:1: needs at least `version: 1`"),
        ("[]", "needs at least `version: 1`"),
        ("version: 1", "the file needs the key 'package'"),
        ("version: 2\npackage: hub", "letsbe.yaml:1:1: version: can't be '2' (known: 1)"),
        ("version: 1\npackage: hubb", "letsbe.yaml:2:1: unknown package 'hubb' (did you mean 'hub'?)"),
        ("version: 1\npackage: hub\ncheks: {}", "letsbe.yaml:3:1: unknown key 'cheks' (did you mean 'checks'?)"),
        ("version: 1\npackage: hub\npackage: hub", "letsbe.yaml:3:1: key 'package' stands twice"),
        ("version: 1\npackage: [hub]", "letsbe.yaml:2:1: package: expected `str`, got `array`"),
        (
            "version: 1\npackage: hub\ntargets:\n  api:\n    run: [x]\n    timeuot: 3",
            "letsbe.yaml:6:5: unknown key 'timeuot' (did you mean 'timeout'?)",
        ),
        (
            "version: 1\npackage: hub\ntargets:\n  api: {run: node x}",
            "letsbe.yaml:4:9: targets.api.run: expected `array",
        ),
        ("version: 1\npackage: hub\ntargets:\n  api: {run: [x], timeout: -1}", "targets.api.timeout"),
        ("version: 1\npackage: hub\ntargets: [a]", "targets must be a mapping of names"),
        (
            "version: 1\npackage: hub\nchecks:\n  redacton: {}",
            "letsbe.yaml:4:3: no suite is called 'redacton' (did you mean 'redaction'?)",
        ),
        (
            "version: 1\npackage: hub\nchecks:\n  redaction: {}",
            "check 'redaction' drives target 'redactor', which isn't in targets",
        ),
        (
            "version: 1\npackage: hub\ntargets: {redactor: {run: [x]}}\nchecks:\n  redaction: {target: redactr}",
            "letsbe.yaml:5:15: check 'redaction' drives target 'redactr', which isn't in targets (did you mean 'redactor'?)",
        ),
        (
            "version: 1\npackage: hub\nrequire: [unit]",
            "letsbe.yaml:3:11: require takes '+check' or '-check', not 'unit'",
        ),
        ("version: 1\npackage: hub\nrequire: [-units]", "'units' isn't required here (did you mean 'unit'?)"),
        ("version: 1\npackage: hub\nrequire: [+unknown]", "unknown check 'unknown'"),
        (
            "version: 1\npackage: hub\nwaive:\n  - {id: unitt, until: 2027-01-01, reason: why}",
            "letsbe.yaml:4:5: waives unknown check 'unitt' (did you mean 'unit'?)",
        ),
        (
            "version: 1\npackage: hub\nwaive:" + 2 * "\n  - {id: unit, until: 2027-01-01, reason: why}",
            "letsbe.yaml:5:5: unit is waived already at letsbe.yaml:4:5",
        ),
        ("version: 1\npackage: hub\nwaive:\n  - {id: unit, reason: why}", "waive.0 needs the key 'until'"),
        (
            "version: 1\npackage: hub\nwaive:\n  - {id: unit, until: soon, reason: why}",
            "waive.0.until: takes a date such as 2027-01-31",
        ),
        ("version: 1\npackage: hub\nrequire: [+unit]", "unknown check 'unit': write `checks.unit`"),
        ("version: 1\npackage: hub\nwaive:\n  - {id: unit, until: 2027-01-01, reason: ''}", "waive.0.reason"),
        ("version: 1\npackage: hub\nchecks:\n  Unit: {run: 'true'}", "'Unit' can't name a check"),
    ],
)
def test_a_mistake_names_its_place_and_its_mend(tmp_path, text, message):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_a_bad_manifest_is_a_usage_error_of_pytest(project):
    project.manifest("version: 1\npackage: hubb\n")
    result = project.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: letsbe.yaml:2:1: unknown package 'hubb' (did you mean 'hub'?)"])


@pytest.mark.parametrize(
    "options", ["corpus: [secretz]", "carriers: [musst]", "extra: [nowhere/*.yaml]", "corpora: [secrets]"]
)
def test_a_mistake_in_a_checks_options_is_one_too(project, options):
    project.manifest(
        f"version: 1\npackage: egress-proxy\ntargets: {{redactor: {{reference: correct}}}}\n"
        f"checks:\n  redaction: {{{options}}}\n"
    )
    result = project.run()
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: letsbe.yaml:5:*"])


def test_the_shipped_schema_is_the_models():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema(CHECKS), "run `make schema`"


def test_the_schema_accepts_what_the_model_reads():
    schema = json_schema(CHECKS)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = strict_yaml.loads(WHOLE, shown_as="x").data
    jsonschema.validate(json.loads(json.dumps(document, default=str)), schema)


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.parent.glob("examples/*/letsbe.yaml")), ids=lambda p: p.parent.name
)
def test_every_example_is_valid_for_model_and_schema(path):
    load(path, CHECKS)
    data = strict_yaml.load(path).data
    jsonschema.validate(json.loads(json.dumps(data, default=str)), json_schema(CHECKS))


@pytest.mark.parametrize(
    "broken", ["cheks: {}", "version: 2", "targets: {a: {runn: [x]}}", "checks: {redaction: {x: 1}}"]
)
def test_the_schema_refuses_what_the_model_refuses(broken):
    data = {"version": 1, "package": "hub"} | strict_yaml.loads(broken, shown_as="x").data
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema(CHECKS))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SECTION = st.sampled_from(["version", "package", "require", "targets", "checks", "waive"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine even making texts is slow
@given(st.dictionaries(SECTION, JSON))
def test_no_manifest_makes_the_reader_crash(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("m") / "letsbe.yaml"
    path.write_text(json.dumps({"version": 1, "package": "hub"} | data), encoding="utf-8")
    try:
        load(path, CHECKS)
    except UsageError as error:
        assert "letsbe.yaml:" in str(error)
