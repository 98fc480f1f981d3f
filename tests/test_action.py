"""The consumer's action is plain shell that any runner takes, and passes what it is given through the environment."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_letsbe import strict_yaml

ACTION = Path(__file__).parent.parent / "action.yml"


@pytest.fixture(scope="module")
def steps():
    if not ACTION.exists():
        pytest.skip("the wheel has no action.yml")
    return strict_yaml.load(ACTION).data["runs"]["steps"]


def test_every_step_is_bash_that_parses(steps):
    assert {step["shell"] for step in steps} == {"bash"}
    for step in steps:
        parsed = subprocess.run(
            [shutil.which("bash"), "-n"], input=step["run"], text=True, capture_output=True, check=False
        )
        assert parsed.returncode == 0, parsed.stderr


def test_no_input_is_pasted_into_a_script(steps):
    assert not [step for step in steps if "${{" in step["run"]]
