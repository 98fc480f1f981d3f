"""Twelve faults in one server: all are found with every seed of the pr profile, and the same server without is clean."""

import sys
from pathlib import Path

import pytest

from pytest_letsbe.checks.contract import engine
from pytest_letsbe.checks.contract.contract import Contract
from pytest_letsbe.checks.contract.options import ContractOptions
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.targets.process import StartedServer

from .orders_app import FAULTS, TOKEN

HERE = Path(__file__).parent


def broken(faults, seed):
    """(operation, check) of everything that one run in the pr profile found."""
    contract = Contract(Spec("contract", ContractOptions(spec="orders.yaml", seed=seed), HERE, Location("letsbe.yaml")))
    argv = [sys.executable, "-P", str(HERE / "orders_app.py"), "{port}", *faults]
    server = StartedServer(argv, "http://127.0.0.1:{port}", ready="/health", timeout=60)
    try:
        server.start()
        results = engine.run(contract.require(), server.url, contract.settings({"bearer": {"bearer": TOKEN}}))
    finally:
        server.close()
    assert results.errors == []
    return {(label, b.check) for label, seen in results.operations.items() for b in seen.broken}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_all_twelve_faults_are_found(seed):
    found = broken(["all"], seed)
    assert {name for name, where in FAULTS.items() if where not in found} == set()


def test_the_same_server_without_faults_is_clean():
    assert broken([], 0) == set()
