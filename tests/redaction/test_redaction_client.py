"""What a dying redactor says of the text it was given isn't shown, however it says it."""

from __future__ import annotations

import sys

import pytest

from pytest_letsbe.checks.redaction.client import Ask, Redactor
from pytest_letsbe.targets.base import TargetDead
from pytest_letsbe.targets.stdio import StdioTarget

GREETS = """
import json, os, sys
hello = json.loads(sys.stdin.readline())
print(json.dumps({"id": hello["id"], "output": {"name": "dying", "version": "1", "protocol": 1, "ops": ["redact"]}}))
sys.stdout.flush()
text = json.loads(sys.stdin.readline())["input"]["text"]
"""
DEATHS = {
    "half a reply, then its end": "sys.stdout.write(text); sys.stdout.flush(); os._exit(3)",
    "half a reply, then silence": "sys.stdout.write(text); sys.stdout.flush(); sys.stdin.read()",
    "a line that is no reply": "print(text, flush=True); sys.stdin.read()",
    "a traceback": "sys.exit(f'can not read {text}')",
}


@pytest.mark.parametrize("how", DEATHS)
def test_what_it_repeats_of_the_text_is_cut(how: str) -> None:
    target = StdioTarget([sys.executable, "-c", GREETS + DEATHS[how]], role="redactor", timeout=5.0)
    try:
        with pytest.raises(TargetDead) as caught:
            Redactor(target).ask([Ask("dole nirosemo fabu")])
    finally:
        target.close()
    shown = "\n".join([caught.value.sentence, *caught.value.evidence])
    assert "nirosemo" not in shown
    assert len(caught.value.evidence) > 0


def test_what_is_said_of_its_end_stays_readable() -> None:
    program = GREETS + "sys.exit(f'stderr: can not open the policy')"
    target = StdioTarget([sys.executable, "-c", program], role="redactor", timeout=5.0)
    try:
        with pytest.raises(TargetDead) as caught:
            Redactor(target).ask([Ask("its last words on stderr")])
    finally:
        target.close()
    assert "its last words on stderr:" in caught.value.evidence
    assert "can not open the policy" in "\n".join(caught.value.evidence)


DRAWS = """
import json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    output = {"name": "drawing", "version": "1", "protocol": 1, "ops": ["redact"], "text": str(os.getpid())}
    print(json.dumps({"id": request["id"], "output": output}), flush=True)
"""


def test_what_it_answered_is_forgotten_at_a_restart() -> None:
    redactor = Redactor(StdioTarget([sys.executable, "-c", DRAWS], role="redactor", timeout=5.0))
    try:
        first, again = redactor.redact("one"), redactor.redact("one")
        redactor.restart()
        assert (first == again, first == redactor.redact("one")) == (True, False)
    finally:
        redactor.target.close()
