"""Every broken scanner is caught by the statement that it violates; the right one violates none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from .probes import PROBES, holds

_SPEC = importlib.util.spec_from_file_location(
    "letsbe_scan_faults", Path(__file__).parents[1] / "mutants" / "scan" / "faults.py"
)
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _MODULE
_SPEC.loader.exec_module(_MODULE)
FAULTS = _MODULE.FAULTS


def test_there_are_at_least_twenty_and_every_probe_catches_one() -> None:
    assert len(FAULTS) >= 20
    assert {fault.probe for fault in FAULTS} == set(PROBES)


@pytest.mark.parametrize("probe", PROBES)
def test_the_right_scanner_holds(probe: str, tmp_path: Path) -> None:
    assert holds(probe, tmp_path / "repo")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_broken_scanner_is_caught(fault, tmp_path: Path) -> None:
    with fault.broken():
        try:
            caught = not holds(fault.probe, tmp_path / "repo")
        except Exception:
            caught = True
    assert caught, f"{fault.name} survived {fault.probe}"
