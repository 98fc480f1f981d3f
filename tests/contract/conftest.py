"""Descriptions written into a folder, and the check's own judgement of them."""

from pathlib import Path

import msgspec
import pytest

from pytest_letsbe.api.description import describe
from pytest_letsbe.checks.contract.check import ContractCheck
from pytest_letsbe.checks.contract.options import ContractOptions
from pytest_letsbe.model import LetsbeError, Location, Spec

HEAD = 'openapi: 3.1.0\ninfo: {title: Things, version: "1"}\nsecurity: []\n'


@pytest.fixture
def description(tmp_path):
    """A description from the text below its head."""

    def made(text, head=HEAD):
        (tmp_path / "openapi.yaml").write_text(head + text)
        return describe(tmp_path / "openapi.yaml", shown_as="openapi.yaml")

    return made


@pytest.fixture
def judged(tmp_path):
    """Case id to the error it ended with, of a check without a server on the folder's openapi.yaml."""

    def run(text=None, head=HEAD, **options):
        if text is not None:
            (tmp_path / "openapi.yaml").write_text(head + text)
        check = ContractCheck()
        converted = msgspec.convert({"spec": "openapi.yaml", **options}, ContractOptions)
        spec = Spec("contract", converted, Path(tmp_path), Location("letsbe.yaml", 4))
        found = {}
        for case in check.cases(spec):
            try:
                check.run(case, None)
            except LetsbeError as error:
                found[f"{case.invariant}[{case.name}]"] = error
        return found

    return run
