"""Twelve faults in one server: all are found with every seed of the pr profile, and the same server without is clean."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_letsbe.checks.contract import engine
from pytest_letsbe.checks.contract.contract import Contract
from pytest_letsbe.checks.contract.options import ContractOptions
from pytest_letsbe.model import CheckFailure, Location, Spec
from pytest_letsbe.targets.process import StartedServer

from .orders_app import FAULTS, TOKEN

HERE = Path(__file__).parent


@contextmanager
def served(faults):
    """The url of the orders API with these faults."""
    argv = [sys.executable, "-P", str(HERE / "orders_app.py"), "{port}", *faults]
    server = StartedServer(argv, "http://127.0.0.1:{port}", ready="/health", timeout=60)
    try:
        server.start()
        yield server.url
        server.check_alive()
    finally:
        server.close()


def judged(url, **options):
    """What one run in the pr profile showed."""
    contract = Contract(Spec("contract", ContractOptions(spec="orders.yaml", **options), HERE, Location("letsbe.yaml")))
    results = engine.run(contract.require(), url, contract.settings({"bearer": {"bearer": TOKEN}}))
    assert results.errors == []
    assert [error for seen in results.operations.values() for error in seen.errors] == []
    return results


def broken(results):
    """(operation, check) of everything that was found."""
    return {(label, b.check) for label, seen in results.operations.items() for b in seen.broken}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_all_twelve_faults_are_found(seed):
    with served(["all"]) as url:
        found = broken(judged(url, seed=seed))
    assert {name for name, where in FAULTS.items() if where not in found} == set(), found


def test_the_same_server_without_faults_is_clean():
    with served([]) as url:
        assert broken(judged(url, seed=0)) == set()


def test_an_unknown_release_is_driven_by_its_command_with_the_same_result(monkeypatch):
    """The fallback: the same phases and seed by ``schemathesis run --report ndjson`` show the same."""
    options = {"seed": 0, "phases": ["examples", "coverage"], "max_examples": 3}
    options["exclude"] = ["GET /health", "/customers*", "PATCH /*"]
    with served(["all"]) as url:
        here = judged(url, **options)
        monkeypatch.setattr(engine, "version", lambda name: "5.0.1")
        there = judged(url, **options)
    assert {check for _, check in broken(here)} >= {"server-error", "response-schema", "unknown-id", "auth-enforced"}
    assert broken(there) == broken(here)
    assert there.operations.keys() == here.operations.keys()
    for label, seen in here.operations.items():
        other = there.operations[label]
        assert other.asserted.keys() == seen.asserted.keys()
        assert other.statuses.keys() == seen.statuses.keys()
        assert other.parameters == seen.parameters
    curls = [one.curl for seen in there.operations.values() for one in seen.broken]
    assert all(curl.startswith("curl -X ") and TOKEN not in curl for curl in curls)


def test_a_command_that_cannot_read_its_configuration_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "version", lambda name: "5.0.1")
    (tmp_path / "orders.yaml").write_text((HERE / "orders.yaml").read_text())
    (tmp_path / "schemathesis.toml").write_text("nonsense-key = 1\n")
    spec = Spec("contract", ContractOptions(spec="orders.yaml"), tmp_path, Location("letsbe.yaml"))
    contract = Contract(spec)
    with pytest.raises(CheckFailure, match="wrote no ndjson report"):
        engine.run(contract.require(), "http://127.0.0.1:9", contract.settings())
