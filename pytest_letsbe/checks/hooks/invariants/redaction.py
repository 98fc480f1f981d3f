"""A secret in a tool's result reaches neither the model nor OpenClaw's own stores."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ....masking import describe
from ....model import CheckFailure, Invariant, NotEvaluated
from ...redaction.oracle import find_leak
from .. import entries
from ..fake_model import Script
from ..lab import Lab
from ..secret import Carried
from ..sentinel import Effect
from ..store import look_for
from .base import Rule

RESULT = Invariant(
    "result-redaction",
    "A secret in a tool's result doesn't stand in the model's next request, plain or decoded.",
    "research on 2026.9.6: with tool_result_persist by itself the model still got the secret",
)
AT_REST = Invariant(
    "at-rest-redaction",
    "A secret in a tool's result doesn't stand in OpenClaw's own stores: transcripts, SQLite, logs.",
    "research on 2026.9.6: three raw copies in its SQLite with result middleware alone",
)


#: Characters of a long result: three pieces of OpenClaw's and a bit.
LONG = 52_000


def _exec(lab: Lab, carried: Carried) -> Effect:
    return lab.ledger.exec("exec cat", first=f"cat {_kept(lab, carried.text)}")


def _exec_error(lab: Lab, carried: Carried) -> Effect:
    return lab.ledger.exec("exec cat >&2, exit 3", first=f"cat {_kept(lab, carried.text)} >&2", last="exit 3")


def _second_part(lab: Lab, carried: Carried) -> Effect:
    return lab.ledger.wrapped("second part", answer=_answer(lab, {"parts": ["plain", carried.text]}))


def _details(lab: Lab, carried: Carried) -> Effect:
    answer = {"parts": ["plain"], "details": {"rows": [{"value": carried.text}]}}
    return lab.ledger.wrapped("details", answer=_answer(lab, answer))


def _throws(lab: Lab, carried: Carried) -> Effect:
    return lab.ledger.wrapped("thrown error", answer=_answer(lab, {"error": carried.text}))


def _inner_json(lab: Lab, carried: Carried) -> Effect:
    text = json.dumps({"response": json.dumps({"body": carried.text})})
    return lab.ledger.wrapped("JSON in JSON", answer=_answer(lab, {"parts": [text]}))


def _long_text(lab: Lab, carried: Carried) -> Effect:
    """OpenClaw masks tokens it knows by itself, in pieces of 16,384 characters: across a border it sees none."""
    last = carried.secrets[-1].value
    parts = ["plain", f"{carried.text} {f'{last} ' * (LONG // len(last))}"]
    return lab.ledger.wrapped("long text", answer=_answer(lab, {"parts": parts}))


#: How a result carries the secret. Each is a call of its own kind.
CARRIERS: dict[str, Callable[[Lab, Carried], Effect]] = {
    "exec": _exec,
    "exec-error": _exec_error,
    "second-part": _second_part,
    "details": _details,
    "thrown-error": _throws,
    "json-in-json": _inner_json,
    "long-text": _long_text,
}


def _kept(lab: Lab, text: str) -> str:
    """A file beside the state folder that holds the text."""
    path = lab.home.root / "tmp" / f"{time.monotonic_ns()}.txt"
    path.write_text(text + "\n", encoding="utf-8")
    return shlex.quote(str(path))


def _answer(lab: Lab, answer: dict[str, Any]) -> Path:
    path = lab.home.root / "tmp" / f"{time.monotonic_ns()}.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    return path


def judge_result(lab: Lab, name: str) -> None:
    lab.effects("allow")
    carried = Carried()
    if name in CARRIERS:
        effects = [CARRIERS[name](lab, carried)]
    else:
        effects = [_exec(lab, carried), _second_part(lab, carried), _exec(lab, carried)]
    script = Script([[effect.call for effect in effects]])
    if name == "subagent":
        entries.subagent.spawn(lab, script)
    else:
        lab.turn(script)
    _told(lab, script, effects, carried)


def _told(lab: Lab, script: Script, effects: list[Effect], carried: Carried) -> None:
    """Judge what the model was sent after the calls."""
    requests = lab.model.requests(script)
    if len(lab.ledger.wait(effects, 15.0)) < len(effects) or len(requests) <= len(script.turns):
        raise NotEvaluated("the tools didn't run, or the model was never told their results")
    messages = [
        m for m in requests[-1]["messages"] if isinstance(m, dict) and m.get("role") not in ("system", "developer")
    ]
    text = json.dumps(messages, ensure_ascii=False)
    for secret in carried.secrets:
        leak = find_leak(text, secret)
        if leak is not None:
            raise CheckFailure(
                f"the model was sent a {secret.kind} that stood in a tool's result",
                evidence=[
                    f"result of: {', '.join(dict.fromkeys(effect.label for effect in effects))}",
                    f"secret: {describe(secret.kind, secret.value)}",
                    f"in the next request: {leak}",
                ],
            )


def judge_at_rest(lab: Lab, name: str) -> None:
    lab.effects("allow")
    carried = Carried()
    effect = CARRIERS[name](lab, carried)
    lab.turn(Script([[effect.call]]))
    if not lab.ledger.wait([effect], 15.0):
        raise NotEvaluated("the tool didn't run")
    end = time.monotonic() + 3.0
    while not look_for([carried.marker], lab.home.state) and time.monotonic() < end:
        time.sleep(0.2)  # OpenClaw writes behind; a wrapper that withholds the whole result leaves no marker
    words = {core: secret for secret in carried.secrets for core in secret.cores}
    found = look_for(list(words), lab.home.state)
    if found:
        raise CheckFailure(
            f"a {words[found[0].word].kind} of a tool's result stands in OpenClaw's own stores",
            evidence=[
                f"result of: {effect.label}",
                *(f"{one.place}: {describe(words[one.word].kind, words[one.word].value)}" for one in found[:5]),
                *([f"+{len(found) - 5} more places"] if len(found) > 5 else []),
            ],
        )


RULES = (
    Rule(RESULT, lambda options: [*CARRIERS, "parallel", "subagent"], judge_result),
    Rule(AT_REST, lambda options: ["exec", "details", "thrown-error"], judge_at_rest),
)
