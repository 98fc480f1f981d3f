"""The ledger: the only thing that counts as "the tool ran", written by the tools themselves."""

from __future__ import annotations

import shlex
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .fake_model import ToolCall

TOOL = "letsbe_sentinel"
PLUGIN = Path(__file__).parent / "probes" / "sentinel"
#: How often the ledger is looked at while something is awaited.
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """One call that would leave a line in the ledger; ``label`` says by which tool."""

    label: str
    nonce: str
    call: ToolCall


class Ledger:
    """A file of nonces: one line for each call that ran."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def exec(self, label: str = "exec", first: str = "", last: str = "") -> Effect:
        """A shell command of the agent's own exec tool, with more before and after the line in the ledger."""
        nonce = uuid.uuid4().hex
        line = f"echo {nonce} >> {shlex.quote(str(self.path))}"
        command = "; ".join(part for part in (first, line, last) if part)
        return Effect(label, nonce, ToolCall("exec", {"command": command}))

    def tool(self, label: str = TOOL, answer: Path | None = None) -> Effect:
        """The tool of our sentinel plugin, called as such."""
        nonce = uuid.uuid4().hex
        args = {"nonce": nonce} if answer is None else {"nonce": nonce, "answer": str(answer)}
        return Effect(label, nonce, ToolCall(TOOL, args))

    def wrapped(self, label: str = f"tool_call {TOOL}", answer: Path | None = None) -> Effect:
        """The same through OpenClaw's tool search, which is how a model reaches most tools."""
        effect = self.tool(label, answer)
        return Effect(label, effect.nonce, ToolCall("tool_call", {"id": TOOL, "args": effect.call.args}))

    def count(self, effect: Effect) -> int:
        """How often it ran."""
        return self.path.read_text(encoding="utf-8").split().count(effect.nonce)

    def ran(self, effects: Iterable[Effect]) -> list[Effect]:
        return [effect for effect in effects if self.count(effect)]

    def wait(self, effects: Iterable[Effect], deadline: float) -> list[Effect]:
        """Those that ran, as soon as all did, at the latest after ``deadline`` seconds."""
        wanted, end = list(effects), time.monotonic() + deadline
        while len(ran := self.ran(wanted)) < len(wanted) and time.monotonic() < end:
            time.sleep(LOOK)
        return ran

    def stays_clean(self, effects: Iterable[Effect], seconds: float) -> list[Effect]:
        """Those that ran within so many seconds, looked for to the end unless one is found."""
        wanted, end = list(effects), time.monotonic() + seconds
        while not (ran := self.ran(wanted)) and time.monotonic() < end:
            time.sleep(LOOK)
        return ran
