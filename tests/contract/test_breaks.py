"""Breaking changes of the Hub: shown with a witness, and judged for each consumer by what it recorded."""

import shutil
from pathlib import Path

import pytest

from pytest_letsbe.checks.contract.hurt import hurt_by, is_judged
from pytest_letsbe.model import CheckFailure, Location, Noted
from pytest_letsbe.openapi.report import Finding

HUB = Path(__file__).parents[2] / "examples" / "hub"
#: Who decided is read by no consumer, `expiresAt` by mobile.
REQUIRED = "required: [id, tenantId, agent, tool, summary, risk, state, requestedAt, expiresAt, decidedBy]"


@pytest.fixture
def changed(tmp_path, judged):
    """Ends of the contract's breaking items after pieces of the Hub's description were replaced."""
    for name in ("openapi.yaml", "openapi.base.yaml"):
        shutil.copy(HUB / name, tmp_path)
    shutil.copytree(HUB / "contracts", tmp_path / "contracts")

    def run(*changes, **options):
        text = (tmp_path / "openapi.yaml").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "openapi.yaml").write_text(text)
        ends = judged(base={"file": "openapi.base.yaml"}, consumers=["contracts/*.pact.json"], **options)
        return {name: error for name, error in ends.items() if name.startswith("compatible[")}

    return run


def without(field):
    kept = REQUIRED.replace(f", {field}", "")
    types = {"expiresAt": "{type: string, format: date-time}", "decidedBy": '{type: [string, "null"]}'}
    return (REQUIRED, kept), (f"        {field}: {types[field]}\n", "")


def test_the_hub_as_it_is_breaks_nothing(changed):
    assert changed() == {}


def test_a_removed_field_of_a_response_is_red_with_a_witness_and_names_mobile(changed):
    ends = changed(*without("expiresAt"))
    assert ends
    for error in ends.values():
        assert type(error) is CheckFailure
        assert error.location.path == "openapi.yaml"
        text = "\n".join([error.sentence, *error.evidence])
        assert "response-required-property-removed" in text
        assert 'witness: {"response": {"method": "GET"' in text
        assert 'hurts mobile, "the approvals that wait": it reads ' in text
        assert "hurts website" not in text


def test_a_field_that_no_consumer_reads_is_a_break_for_everyone(changed):
    for error in changed(*without("decidedBy")).values():
        assert type(error) is CheckFailure
        assert "hurts no recorded interaction of mobile, website" in error.evidence


def test_judged_by_its_consumers_it_is_a_note_that_says_so(changed):
    ends = changed(*without("decidedBy"), judge="consumers")
    assert ends
    for error in ends.values():
        assert type(error) is Noted
        assert "no recorded interaction of mobile, website uses it, so the break is lowered to a note" in str(error)


def test_what_a_consumer_reads_stays_a_break_when_judged_by_consumers(changed):
    ends = changed(*without("expiresAt"), judge="consumers")
    assert {type(error) for error in ends.values()} == {CheckFailure}


def test_without_consumers_nothing_is_lowered(changed, tmp_path):
    shutil.rmtree(tmp_path / "contracts")
    ends = changed(*without("decidedBy"), judge="consumers")
    assert ends
    assert {type(error) for error in ends.values()} == {CheckFailure}


def test_a_note_stands_in_the_report_beside_a_passed_case(project):
    shutil.copytree(HUB / "contracts", project.path / "contracts")
    shutil.copy(HUB / "openapi.base.yaml", project.path)
    text = (HUB / "openapi.yaml").read_text()
    for old, new in without("decidedBy"):
        text = text.replace(old, new)
    (project.path / "openapi.yaml").write_text(text)
    given = "spec: openapi.yaml, base: {file: openapi.base.yaml}, consumers: [contracts/*.pact.json], judge: consumers"
    project.manifest(f"version: 1\npackage: mobile\nchecks:\n  contract: {{{given}}}\n")
    result = project.run("letsbe.yaml", "-k", "compatible", "--letsbe-report", "report.json", "-rP")
    result.assert_outcomes(passed=result.parseoutcomes()["passed"])
    assert "lowered to a note" in result.stdout.str()
    assert "lowered to a note" in (project.path / "report.json").read_text()


INTERACTION = {
    "method": "POST", "path": "/v1/things/7", "query": "sort=name", "headers": {"X-Shop": "1", "Cookie": "sid=4"},
    "body": {"lines": [{"sku": "a"}], "note": None}, "status": 200, "reads": {"items": [{"id": 1}], "of": {"a": 1}},
    "response_headers": {"Content-Type": "application/json", "X-Total": "1"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "where", "hurts"),
    [
        ("api-removed-without-deprecation", "POST /things/{id}", True),
        ("api-removed-without-deprecation", "GET /things/{id}", False),
        ("api-removed-without-deprecation", "POST /things", False),
        ("request-parameter-removed", "POST /things/{id} query parameter sort", True),
        ("request-parameter-removed", "POST /things/{id} query parameter page", False),
        ("new-required-request-parameter", "POST /things/{id} query parameter page", True),
        ("request-parameter-max-decreased", "POST /things/{id} header parameter x-shop", True),
        ("request-parameter-removed", "POST /things/{id} cookie parameter sid", True),
        ("request-parameter-type-changed", "POST /things/{id} path parameter id", True),
        ("request-property-removed", "POST /things/{id} request body application/json /lines/items/sku", True),
        ("request-property-removed", "POST /things/{id} request body application/json /lines/items/qty", False),
        ("new-required-request-property", "POST /things/{id} request body application/json /lines/items/qty", True),
        ("request-body-media-type-removed", "POST /things/{id} request body text/xml", True),
        ("response-required-property-removed", "POST /things/{id} response 200 application/json /items/items/id", True),
        ("response-required-property-removed", "POST /things/{id} response 200 application/json /items/items/x", False),
        ("response-required-property-removed", "POST /things/{id} response 201 application/json /items", False),
        ("response-property-max-increased", "POST /things/{id} response 2XX application/json /of/*", True),
        ("response-media-type-removed", "POST /things/{id} response 200 text/csv", False),
        ("response-media-type-removed", "POST /things/{id} response 200 application/json", True),
        ("required-response-header-removed", "POST /things/{id} response 200 header x-total", True),
        ("optional-response-header-removed", "POST /things/{id} response 200 header X-Page", False),
        ("api-security-added", "POST /things/{id} security none", True),
    ],
)
def test_an_interaction_is_hurt_by_what_it_uses(description, rule, where, hurts):
    from pytest_letsbe.api.pact import Interaction, Pact
    from pytest_letsbe.api.routes import Routes

    routes = Routes(description("paths: {}\n"))
    pact = Pact("shop", "things", (Interaction("a thing", **INTERACTION),), Location("shop.json"))
    finding = Finding(rule, Location("openapi.yaml"), where, "break", "it changed")
    assert bool(hurt_by(finding, [pact], routes)) is hurts
    elsewhere = Finding(rule, Location("openapi.yaml"), "GET /other", "break", "it changed", elsewhere=(where,))
    assert bool(hurt_by(elsewhere, [pact], routes)) is hurts


@pytest.mark.parametrize(
    "where", ["servers /v1", "security scheme key", "webhook POST paid request body text/plain /a"]
)
def test_what_no_interaction_can_speak_of_is_never_lowered(where):
    assert not is_judged(Finding("any", Location("openapi.yaml"), where, "break", "it changed"))


def test_a_test_of_ones_own_compares_descriptions(project):
    for name in ("openapi.yaml", "openapi.base.yaml"):
        shutil.copy(HUB / name, project.path)
    (project.path / "closed.yaml").write_text(
        (HUB / "openapi.yaml").read_text().replace("  /quotes:\n", "  /prices:\n")
    )
    project.manifest(
        "version: 1\npackage: mobile\nchecks:\n  contract: {spec: openapi.yaml, base: {file: openapi.base.yaml}}\n"
    )
    project.pytester.makepyfile(
        """
        import pytest

        def test_the_manifests(contract_diff):
            assert contract_diff().verdict == "compatible"

        def test_two_files(contract_diff):
            report = contract_diff("openapi.yaml", "closed.yaml")
            assert report.verdict == "breaking"
            assert [finding.rule for finding in report.breaks] == ["api-path-removed-without-deprecation"]

        def test_one_file(contract_diff):
            with pytest.raises(Exception, match="takes both descriptions"):
                contract_diff("openapi.yaml")
        """
    )
    result = project.run("test_a_test_of_ones_own_compares_descriptions.py")
    result.assert_outcomes(passed=3)
