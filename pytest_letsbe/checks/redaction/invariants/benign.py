"""benign-preserved: a text without a secret comes back byte for byte, whatever it looks like and whatever its form."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from ....masking import excerpt
from ....model import Case, Invariant, Spec
from ....targets.base import Refused
from ..client import Ask, Redactor, answer_bytes
from ..corpus import Corpus
from ..kinds import Benign
from ..masks import common_prefix
from .base import Rule, Violation, case, judge_all, seeds

BENIGN = Invariant(
    "benign-preserved",
    "A text without a secret (git SHAs, UUIDs, digests, lock files, documentation data) survives byte for byte.",
    "detect-secrets used as a redactor leaks 3 % and changes 61 of 64 benign texts",
)

#: Forms that a text has beside its words, and that careless code changes.
FORMS: dict[str, str] = {
    "form-empty": "",
    "form-no-line-end": "the last line has no end",
    "form-crlf": "first line\r\nsecond line\r\n\r\nfourth line\r\n",
    "form-spaces": "  indented\ttabbed  \n trailing spaces   \n\n\n   \n",
    "form-bom": "\ufeffa text that begins with a byte order mark\n",
    "form-combining": "cafe\u0301 and Zu\u0308rich, decomposed; caf\u00e9, composed; \ufb01ne ligatures\n",
    "form-joiners": "a \U0001f468\u200d\U0001f469\u200d\U0001f467, a soft\u00adhyphen and zero\u200bwidth breaks\n",
    "form-full-width": "\uff26\uff55\uff4c\uff4c width and \u0421\u0443\u0440\u0438\u043b\u043b\u0438\u0446\u0430\n",
    "form-escapes": "C:\\new\\table \\u0041 %41 &amp; &#65; \\x41 QUJD= 414243 =41\n",
    "form-colours": "\x1b[32m\u2713\x1b[0m src/app.test.ts \x1b[2m(3 tests)\x1b[22m\r\n",
    "form-controls": "a bell\x07, a back\x08space, a form\x0cfeed, a\x00nul and a line\u2028separator\n",
    "form-json": '{"b": 1.0, "a": 1e3, "z": [1, 2.50, -0], "A": null,\n  "path": "a\\/b", "u": "\\u00e9"}\n',
    "form-json-duplicate-keys": '{"a": 1, "a": 2, "big": 12345678901234567890}',
    "form-long": "2026-11-23T08:14:02Z INFO worker-7 finished job, 3 retries, next run in 40 s\n" * 3000,
}  # fmt: skip


#: Bytes that aren't clean UTF-8, or begin in a way that careless code drops.
BYTES: dict[str, bytes] = {
    "bytes-utf-8-bom": b"\xef\xbb\xbffirst line\nsecond line\n",
    "bytes-utf-16": b"\xff\xfe" + "first line\r\nsecond line\r\n".encode("utf-16-le"),
    "bytes-latin-1": "Stra\xdfe und M\xfcnze\n".encode("latin-1"),
    "bytes-image": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00",
    "bytes-nul": b"\x00\x01\x02 plain words \x00\xff\xfe\x00\n",
}  # fmt: skip


def _benign_cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for text in corpus.benign:
        yield case(BENIGN, text.id, text.location, seeds(spec, 2), text)
    for name, form in FORMS.items():
        yield case(BENIGN, name, spec.location, 1, Form(name, form))
    for name, data in BYTES.items():
        yield case(BENIGN, name, spec.location, 1, data)


@dataclass(frozen=True, slots=True)
class Form:
    """A text of one of the ``FORMS``, as if it were a row."""

    id: str
    text: str
    why: str = "there is nothing in it to hide, only a form to keep"
    media_type: str | None = None

    def render(self, seed: int) -> str:
        return self.text


def _judge_bytes(case: Case, redactor: Redactor) -> None:
    reply = redactor.target.call("redact", {"base64": b64encode(case.data).decode("ascii")})
    if isinstance(reply, Refused):
        return  # whoever can't read it may refuse it: nothing passes, nothing is changed
    back = answer_bytes(reply)
    if back != case.data:
        lines = [f"sent {len(case.data)} bytes, {len(back)} came back"]
        judge_all([Violation(case.name, f"{case.name.replace('-', ' ')} without a secret came back changed", lines)])


def _judge_benign(case: Case, redactor: Redactor) -> None:
    if isinstance(case.data, bytes):
        _judge_bytes(case, redactor)
        return
    text: Benign | Form = case.data
    asks = [Ask(text.render(seed), text.media_type) for seed in range(case.samples)]

    def violations() -> Iterator[Violation]:
        for seed, (ask, answer) in enumerate(zip(asks, redactor.ask(asks), strict=True)):
            if answer.text != ask.text:
                at = common_prefix(ask.text, answer.text)
                lines = [
                    f"why it is benign: {text.why}",
                    f"sent      {excerpt(ask.text[max(0, at - 40) :], ask.text)}",
                    f"came back {excerpt(answer.text[max(0, at - 40) :], ask.text)}",
                ]
                yield Violation(
                    f"{text.id}#{seed}", f"the benign text {text.id} came back changed at character {at}", lines
                )

    judge_all(violations())


RULES = (Rule(BENIGN, _benign_cases, _judge_benign),)
