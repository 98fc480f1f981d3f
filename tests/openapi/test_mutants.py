"""Every broken differ is caught by the pairs: that is what they are for."""

import importlib.util
import sys

import pytest

from pytest_letsbe.data import data_dir

from .judge import wrong
from .pairs import all_pairs


def faults():
    path = data_dir("mutants") / "openapi_differ" / "faults.py"
    loaded = importlib.util.spec_from_file_location("openapi_differ_faults", path)
    module = importlib.util.module_from_spec(loaded)
    sys.modules[loaded.name] = module
    loaded.loader.exec_module(module)
    return module.FAULTS


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_broken_differ_is_caught(fault):
    chosen = [pair for pair in all_pairs() if fault.probe in pair.name]
    assert len(chosen) >= 1
    with fault.broken():
        assert any(wrong(pair) for pair in chosen), f"{fault.name} survives {len(chosen)} pairs"
