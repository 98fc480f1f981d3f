"""A redactor as the invariants see it: texts in, texts out, anything else a finding."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...masking import quoting
from ...model import CheckFailure, NotEvaluated
from ...targets.base import Refused, Reply, Target, TargetDead, Unsupported
from ...targets.excerpt import Quote

#: Replies remembered for one target: several invariants judge the same answer.
MEMORY = 50_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One ``redact`` request."""

    text: str
    media_type: str | None = None
    secrets: tuple[str, ...] = ()
    tenant: str | None = None

    def input(self) -> dict[str, Any]:
        return {"text": self.text, **self.context()}

    def context(self) -> dict[str, Any]:
        """The optional fields, left out where they say nothing."""
        fields = {"media_type": self.media_type, "secrets": list(self.secrets), "tenant": self.tenant}
        return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """``rest`` is what the reply held beside the text, as JSON: it reaches somebody's log too."""

    text: str
    rest: str = ""


class Redactor:
    """Wraps a target with the role redactor."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._answers: dict[Ask, Answer] = {}

    def restart(self) -> None:
        """Start the target afresh, and forget what it answered: its placeholders may hold a key drawn at the start."""
        self.target.close()
        self._answers.clear()

    def redact(self, text: str, *, media_type: str | None = None, secrets: Sequence[str] = ()) -> str:
        """Redact one text, as a test written in Python would."""
        return self.ask([Ask(text, media_type, tuple(secrets))])[0].text

    def redact_chunks(self, chunks: Sequence[str], *, context: Mapping[str, Any] | None = None) -> list[str]:
        """Redact a stream; the chunks of the answer may be cut elsewhere."""
        return answer_chunks(self.target.call("redact_chunks", {"chunks": list(chunks), **(context or {})}))

    def has_streams(self) -> bool:
        """Whether the target supports ``redact_chunks``; chunk-invariant says so where it doesn't."""
        return not isinstance(self.target.call("redact_chunks", {"chunks": ["two ", "pieces"]}), Unsupported)

    def redact_bytes(self, data: bytes) -> bytes:
        """Redact bytes that needn't be text."""
        reply = self.target.call("redact", {"base64": base64.b64encode(data).decode("ascii")})
        return answer_bytes(reply)

    def ask(self, asks: Sequence[Ask], *, fresh: bool = False) -> list[Answer]:
        """Answers in the order of ``asks``; ``fresh`` asks again what was asked before."""
        if fresh:
            return self._send(asks)
        missing = list(dict.fromkeys(a for a in asks if a not in self._answers))
        got = dict(zip(missing, self._send(missing), strict=True))
        if len(self._answers) + len(got) <= MEMORY:
            self._answers.update(got)
        return [got.get(a) or self._answers[a] for a in asks]

    def _send(self, asks: Sequence[Ask]) -> list[Answer]:
        try:
            replies = self.target.call_many("redact", [a.input() for a in asks]) if asks else []
        except TargetDead as death:  # its last words may quote what it was given
            said = "" if death.greeting else "\n".join(a.text for a in asks)
            death.evidence = tuple(quoting(line, said) if isinstance(line, Quote) else line for line in death.evidence)
            raise
        return [answer(reply, ask.text) for ask, reply in zip(asks, replies, strict=True)]


def answer(reply: Reply, given: str = "") -> Answer:
    """The text of a ``redact`` reply to ``given``; ``CheckFailure`` when it holds none."""
    output = _output(reply, "redact", given)
    text = output.get("text")
    if not isinstance(text, str):
        kind = type(text).__name__ if "text" in output else "missing"
        raise CheckFailure(f"redact answered a valid text without a text (`text` is {kind})")
    return Answer(text, _rest(output, "text"))


def answer_chunks(reply: Reply, given: str = "") -> list[str]:
    """The chunks of a ``redact_chunks`` reply to pieces of ``given``."""
    value = _output(reply, "redact_chunks", given).get("chunks")
    if not isinstance(value, list) or not all(isinstance(chunk, str) for chunk in value):
        raise CheckFailure("redact_chunks answered without a list of texts in `chunks`")
    return value


def answer_stream(reply: Reply, given: str) -> Answer:
    """A ``redact_chunks`` reply as one text, and what it holds beside the chunks."""
    text = "".join(answer_chunks(reply, given))
    return Answer(text, _rest(_output(reply, "redact_chunks", given), "chunks"))


def _rest(output: Mapping[str, Any], *known: str) -> str:
    rest = {key: value for key, value in output.items() if key not in known}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def beside_bytes(reply: Reply) -> str:
    """What a ``redact`` reply to ``base64`` holds beside the bytes, as JSON."""
    return _rest(_output(reply, "redact"), "text", "base64")


def answer_bytes(reply: Reply) -> bytes:
    """The bytes of a ``redact`` reply to ``base64``."""
    output = _output(reply, "redact")
    if isinstance(output.get("text"), str):
        return str(output["text"]).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(str(output["base64"]), validate=True)
    except (KeyError, binascii.Error, ValueError):
        raise CheckFailure("redact answered bytes without valid `base64`") from None


def _output(reply: Reply, op: str, given: str = "") -> Mapping[str, Any]:
    if isinstance(reply, Unsupported):
        why = "" if reply.why == op else f": {quoting(reply.why, given)}"
        raise NotEvaluated(f"the target doesn't support {op}{why}")
    if isinstance(reply, Refused):
        raise CheckFailure(f"{op} refused a valid text", evidence=[f"error: {quoting(reply.error, given)}"])
    return reply.value
