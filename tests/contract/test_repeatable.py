"""The same seed gives the same texts, whatever the process has imported."""

import sys
import types

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from pytest_letsbe.checks.contract.repeatable import repeatable

CONSTANT = "zq9-order"


def drawn():
    found = []

    @settings(max_examples=300, database=None, derandomize=True, phases=[Phase.generate])
    @given(st.text())
    def collect(text):
        found.append(text)

    collect()
    return found


def test_a_constant_of_a_module_that_was_loaded_is_not_sent(tmp_path, monkeypatch):
    with repeatable():
        before = drawn()
    path = tmp_path / "somebodys_code.py"
    path.write_text(f"SENT = {CONSTANT!r}\n")
    module = types.ModuleType("somebodys_code")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "somebodys_code", module)
    with repeatable():
        assert drawn() == before
    assert CONSTANT in providers._get_local_constants().set_for_type("string"), "this Hypothesis doesn't look there"
