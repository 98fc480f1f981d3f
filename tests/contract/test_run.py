"""The whole way: a manifest, a started server, items, a report; and the fixtures for tests of one's own."""

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_letsbe.data import data_dir

HERE = Path(__file__).parent
MANIFEST = """\
version: 1
package: website
require: [+contract]
targets:
  api: {{start: [{python}, -P, {app}, "{{port}}"{faults}], url: "http://127.0.0.1:{{port}}", ready: /health, timeout: 60}}
checks:
  contract: {{spec: orders.yaml, phases: [examples], max_examples: 1{more}}}
"""


@pytest.fixture
def orders(project, monkeypatch):
    """A repo with the orders API, its faults to be named."""
    # As docs/contract.md says: Schemathesis' plugin costs every start seconds.
    monkeypatch.setenv("PYTEST_ADDOPTS", "--disable-plugin-autoload")
    shutil.copy(HERE / "orders.yaml", project.path)
    (project.path / "schemathesis.toml").write_text('[auth.openapi.bearer]\nbearer = "orders-demo"\n')

    def write(*faults, more=""):
        listed = "".join(f", {fault}" for fault in faults)
        app = HERE / "orders_app.py"
        project.manifest(MANIFEST.format(python=sys.executable, app=app, faults=listed, more=more))
        return project

    return write


def test_a_failure_names_the_line_the_schema_and_the_request(orders):
    project = orders("total-is-text")
    result = project.run("letsbe.yaml", "-k", "get/orders/orderid or liveness", subprocess=True)
    text = result.stdout.str()
    assert "orders.yaml:73: GET /orders/{orderId}: response violates schema" in text
    assert "schema: /properties/total/type  value: /total" in text
    assert "curl -X GET" in text
    assert "orders-demo" not in text
    assert "rerun: pytest -p letsbe" in text
    assert "Traceback" not in text
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert outcomes["passed"] > 5


def test_without_credentials_nothing_is_proven(orders):
    project = orders(more=", exclude: [/health]")
    (project.path / "schemathesis.toml").unlink()
    result = project.run("letsbe.yaml", "-rs", subprocess=True)
    assert "no request was answered with a success" in result.stdout.str()
    assert "mend: give it credentials in schemathesis.toml" in result.stdout.str()
    assert result.parseoutcomes()["failed"] == 1
    assert result.parseoutcomes()["skipped"] > 20


def test_a_server_that_never_gets_ready_is_a_finding(orders):
    project = orders("no-such-fault")
    result = project.run("letsbe.yaml", "-k", "liveness or get/health", subprocess=True)
    result.stdout.fnmatch_lines(["*no such fault*"])
    assert result.parseoutcomes()["failed"] == 1


def test_tests_of_ones_own_are_judged_and_count(orders):
    project = orders("html", more=", coverage: {successes: 1.0}")
    project.pytester.makepyfile(
        """
        import pytest

        AUTH = {"Authorization": "Bearer orders-demo"}

        def test_good(contract_client):
            assert contract_client.get("/orders?limit=1", headers=AUTH).json()["items"]
            assert "GET /orders" in {seen.operation.label for seen in contract_client.seen}

        def test_bad(contract_client):
            order = contract_client.get("/orders", headers=AUTH).json()["items"][0]["id"]
            contract_client.patch(f"/orders/{order}", json={"total": 3}, headers=AUTH)

        def test_undescribed(contract_client):
            contract_client.get("/nowhere")
        """
    )
    result = project.run("test_tests_of_ones_own_are_judged_and_count.py", subprocess=True)
    assert result.parseoutcomes() == {"passed": 1, "failed": 2}
    result.stdout.fnmatch_lines(
        ["*CheckFailure: PATCH /orders/{orderId} answered 200 with what*content type 'text/html*"]
    )
    result.stdout.fnmatch_lines(["*CheckFailure: GET /nowhere isn't in the description*"])


def test_a_client_of_httpx_is_watched(orders):
    project = orders()
    project.pytester.makepyfile(
        """
        import httpx

        def test_it(contract_client):
            with contract_client.watch(httpx.Client(base_url=contract_client.base_url, trust_env=False)) as client:
                client.get("/health")
            assert "GET /health" in {seen.operation.label for seen in contract_client.seen}
        """
    )
    project.run("test_a_client_of_httpx_is_watched.py", subprocess=True).assert_outcomes(passed=1)


def test_a_mock_of_the_manifests_description_is_a_fixture(orders):
    project = orders()
    project.pytester.makepyfile(
        """
        import urllib.error
        import urllib.request

        def test_it(contract_mock):
            mock = contract_mock()
            with urllib.request.urlopen(mock.url + "/health", timeout=30) as response:
                assert response.status == 200
            assert contract_mock("orders.yaml", stateful=True).url != mock.url
        """
    )
    project.run("test_a_mock_of_the_manifests_description_is_a_fixture.py", subprocess=True).assert_outcomes(passed=1)


def test_the_reference_keeps_to_the_hubs_contract(project, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--disable-plugin-autoload")
    shutil.copy(data_dir("contracts") / "hub" / "openapi.yaml", project.path / "hub.yaml")
    project.manifest(
        """\
        version: 1
        package: website
        targets: {api: {reference: correct, timeout: 60}}
        checks:
          contract: {spec: hub.yaml, phases: [examples, coverage], coverage: {successes: 1.0, parameters: 1.0}}
        """
    )
    result = project.run("letsbe.yaml", subprocess=True)
    assert set(result.parseoutcomes()) == {"passed"}


def test_a_run_without_a_contract_never_imports_schemathesis(project):
    project.coin("live", "heads")
    probe = dedent(
        """
        import sys
        def pytest_unconfigure(config):
            print("there:", sorted(m for m in ("schemathesis", "openapi_spec_validator", "requests") if m in sys.modules))
        """
    )
    (project.path / "probe.py").write_text(probe)
    result = project.run("-p", "no:schemathesis", "-p", "probe", "letsbe.yaml", subprocess=True)
    result.stdout.fnmatch_lines(["there: []*"])


def test_without_the_extra_the_sentence_mends_it():
    code = (
        "import sys; sys.modules['schemathesis'] = None; sys.modules['schemathesis.config'] = None\n"
        "from pathlib import Path; from pytest_letsbe.api.description import describe\n"
        "from pytest_letsbe.checks.contract import engine, settings\n"
        f"engine.run(describe(Path({str(HERE / 'orders.yaml')!r})), 'http://127.0.0.1:9',"
        " settings.Settings(('examples',), (), 1, 0))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'pytest-letsbe[contract]'" in ended.stderr
