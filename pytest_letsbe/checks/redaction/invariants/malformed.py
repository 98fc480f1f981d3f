"""malformed-input: broken bytes and hostile shapes neither end the redactor nor let a secret through."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from ....masking import mask_runs, quoting
from ....model import Case, CheckFailure, Invariant, NotEvaluated, Spec
from ....targets.base import Refused, Reply, Unsupported
from ..client import Redactor, answer, answer_bytes, beside_bytes
from ..corpus import Corpus
from ..model import Kind, Secret
from ..oracle import find_leak
from ..synth import synthesise
from .base import Rule, Violation, case, judge_all
from .liveness import SENTENCES

MALFORMED = Invariant(
    "malformed-input",
    "Broken bytes and hostile shapes are answered (an error will do), let no secret through, and end nothing.",
)

#: Kinds that look the same in every encoding of text.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,120}")


def _bytes_inputs(secret: bytes, text: str) -> dict[str, bytes]:
    """Bytes that are no clean UTF-8, each with the secret in it."""
    return {
        "invalid-utf-8": b"caf\xe9 \xff\xfe " + secret + b" \xc3\x28 end\n",
        "truncated-utf-8": b"start " + secret + b" \xf0\x9f\x92",
        "overlong-utf-8": b"\xc0\xaf " + secret + b" \xc0\xaf\n",
        "latin-1": "Stra\xdfe und M\xfcnze ".encode("latin-1") + secret + b"\n",
        "nul-bytes": b"\x00\x01\x02 core dump \x00" + secret + b"\x00\x7f\x00\n",
        "utf-8-bom": b"\xef\xbb\xbf" + b"first line " + secret + b"\n",
        "utf-16-le-bom": b"\xff\xfe" + f"first line {text} end\n".encode("utf-16-le"),
        "utf-16-be-bom": b"\xfe\xff" + f"first line {text} end\n".encode("utf-16-be"),
        "empty": b"",
    }


def _text_inputs(text: str) -> dict[str, str]:
    """Texts that valid JSON can carry and that break careless code."""
    return {
        "lone-surrogate": f"high \ud83d alone {text} low \udc00 alone\n",
        "nul-characters": f"a\x00b {text} c\x00d\n",
        "replacement-characters": f"caf\ufffd \ufffd\ufffd {text} \ufffd end\n",
        "control-characters": f"\x01\x02\x1b[0m {text} \x7f\x85\u2028\n",
        "deep-json": "[" * 20_000 + f'"{text}"' + "]" * 20_000,
        "deep-json-open": '{"a":' * 20_000 + f'"{text}"',
        "broken-json": f'{{"note": "{text}", "next": [1, 2,',
        "huge-number": f'{{"n": {"9" * 4000}, "note": "{text}"}}',
        "duplicate-json-keys": f'{{"note": "{text}", "note": "second"}}',
        "broken-base64": f"===A=B== {text} ====\n",
        "broken-percent": f"100% of %zz %4 %u12 {text} %\n",
        "broken-entities": f"&#xffffffff; &#99999999; &unknown; {text} &#;\n",
        "broken-escapes": f"\\u12 \\ud800 \\x \\ {text} \\\n",
        "carriage-returns": f"one\r\rtwo {text}\r\nthree\r",
        "right-to-left": f"\u202e{text}\u202c \u2067x\u2069\n",
        "long-line": "x" * 300_000 + f" {text} " + "y" * 300_000,
    }


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    tokens = [kind for kind in corpus.kinds if kind.bare and _TOKEN.fullmatch(synthesise(kind, 0).value)]
    kinds = tokens[:: max(1, len(tokens) // 3)][:3]
    for name in sorted({**_bytes_inputs(b"", ""), **_text_inputs("")}):
        yield case(MALFORMED, name, spec.location, len(kinds), kinds)


def _judge(case: Case, redactor: Redactor) -> None:
    judge_all(_violations(case.name, case.data, redactor))
    after = redactor.target.call("redact", {"text": SENTENCES[0]})
    if answer(after).text != SENTENCES[0]:
        raise CheckFailure(f"after {case.name} the redactor no longer hands plain prose back")


def _violations(name: str, kinds: list[Kind], redactor: Redactor) -> Iterator[Violation]:
    for kind in kinds:
        secret = synthesise(kind, 9)
        texts, data = _text_inputs(secret.value), _bytes_inputs(secret.value.encode(), secret.value)
        encoded = base64.b64encode(data.get(name, b"")).decode("ascii")
        request = {"text": texts[name]} if name in texts else {"base64": encoded}
        types = [""]
        if kind is kinds[0] and texts.get(name, "").startswith(("{", "[")):
            types.append("application/json")  # then a parser is asked first, which may give up
        for media_type in types:
            reply = redactor.target.call("redact", request | ({"media_type": media_type} if media_type else {}))
            leaked = _leak(reply, secret, is_text=name in texts)
            if leaked is not None:
                where = f"{name.replace('-', ' ')}{f' sent as {media_type}' if media_type else ''}"
                line = f"came back {quoting(leaked, secret.value)}"
                yield Violation(f"{name}#{kind.id}", f"{kind.id} inside {where} survived redaction", [line])


def _leak(reply: Reply, secret: Secret, *, is_text: bool) -> str | None:
    """The output that holds the secret, or None. An error is a fair answer to a broken input, unless it quotes it."""
    if isinstance(reply, Unsupported):
        raise NotEvaluated(f"the target doesn't take such input: {mask_runs(reply.why)}")
    if isinstance(reply, Refused):
        output = reply.error
    elif is_text:
        got = answer(reply)
        output = got.text + got.rest
    else:
        raw, rest = answer_bytes(reply), beside_bytes(reply)
        if rest and find_leak(rest, secret) is not None:
            return rest
        for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
            decoded = raw.decode(encoding, "replace")
            if find_leak(decoded, secret) is not None:
                return decoded
        return None
    return output if find_leak(output, secret) is not None else None


RULES = (Rule(MALFORMED, _cases, _judge),)
