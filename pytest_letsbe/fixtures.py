"""Fixtures for tests that people write in Python: manifest, redactor, redaction case, API contract, OCI layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .api.client import ContractClient
    from .api.mock.http import MockServer
    from .checks.redaction.client import Redactor
    from .checks.redaction.samples import Sample
    from .checks.supply_chain.factory import OciFactory
    from .manifest import Manifest
    from .openapi.report import Report
    from .runner import Runner


@pytest.fixture(scope="session")
def letsbe_manifest(pytestconfig: pytest.Config) -> Manifest:
    """The manifest at the root of the test run."""
    from .model import UsageError
    from .session import open_manifest

    try:
        return open_manifest(pytestconfig, pytestconfig.rootpath / "letsbe.yaml").manifest
    except UsageError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def redactor(pytestconfig: pytest.Config, letsbe_manifest: Manifest) -> Redactor:
    """The manifest's redactor, with ``redact(text)`` and ``redact_chunks(chunks)``."""
    from .checks.redaction.client import Redactor
    from .session import open_manifest

    runner = open_manifest(pytestconfig, letsbe_manifest.path).runners.get("redaction")
    if runner is None or runner.target is None:
        pytest.fail("letsbe.yaml has no check `redaction`: the fixture drives its target", pytrace=False)
    return Redactor(runner.target)


@pytest.fixture
def redaction_case(request: pytest.FixtureRequest) -> Sample:
    """A synthesised secret in a text; parametrised by ``@pytest.mark.redaction_corpus("secrets")``."""
    case: Sample | None = getattr(request, "param", None)
    if case is None:
        pytest.fail('redaction_case needs @pytest.mark.redaction_corpus("secrets") on the test', pytrace=False)
    return case


@pytest.fixture(scope="session")
def contract_client(pytestconfig: pytest.Config, letsbe_manifest: Manifest) -> Iterator[ContractClient]:
    """Calls the manifest's API: each response is judged by its description, and counts for coverage."""
    from .checks.contract.fixtures import client
    from .session import open_manifest

    runner = open_manifest(pytestconfig, letsbe_manifest.path).runners.get("contract")
    if runner is None or runner.target is None:
        pytest.fail("letsbe.yaml has no check `contract` with a target: the fixture drives it", pytrace=False)
    made = client(runner)
    yield made
    made.close()


@pytest.fixture
def contract_mock(pytestconfig: pytest.Config) -> Iterator[Callable[..., MockServer]]:
    """``contract_mock()`` serves the manifest's description; ``contract_mock(path, stateful=True)`` another."""
    from .checks.contract.fixtures import mocks
    from .session import open_manifest

    def runner() -> Runner | None:
        return open_manifest(pytestconfig, pytestconfig.rootpath / "letsbe.yaml").runners.get("contract")

    with mocks(runner, pytestconfig.rootpath) as make:
        yield make


@pytest.fixture
def oci_factory(tmp_path: Path) -> OciFactory:
    """``oci_factory.build()`` writes a signed OCI layout, ``build("unsigned")`` one that an attack was made on."""
    from .checks.supply_chain.factory import OciFactory

    return OciFactory(tmp_path / "oci-factory")


@pytest.fixture
def contract_diff(pytestconfig: pytest.Config) -> Callable[..., Report]:
    """``contract_diff()`` compares the manifest's base with its description; ``contract_diff(old, new)`` two files."""
    from .checks.contract.fixtures import compare
    from .session import open_manifest

    def runner() -> Runner | None:
        return open_manifest(pytestconfig, pytestconfig.rootpath / "letsbe.yaml").runners.get("contract")

    return compare(runner, pytestconfig.rootpath)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One ``redaction_case`` for each kind of the marked corpora."""
    marker = metafunc.definition.get_closest_marker("redaction_corpus")
    if marker is None or "redaction_case" not in metafunc.fixturenames:
        return
    from .checks.redaction.samples import cases_of

    cases = cases_of(*marker.args)
    metafunc.parametrize("redaction_case", cases, ids=[case.name for case in cases], indirect=True)
