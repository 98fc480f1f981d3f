"""A gate that is killed in the midst of its work: the run ends with a finding, and nothing stays behind."""

import pytest

from .kills import drawn, faults


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_gate_is_a_finding_and_leaves_no_process_no_port_and_no_file(seed, tmp_path):
    assert faults(drawn(seed), tmp_path) == []
