"""The cases of registered-secrets that no carrier makes: values that overlap, repeat, are many, come in a stream."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ....model import CheckFailure
from ....targets.base import Refused, Unsupported
from ..client import Answer, Ask, Redactor, answer_bytes, answer_stream, beside_bytes
from ..corpus import Corpus
from ..model import Carried, Secret
from ..samples import Sample, evidence
from ..synth import synthesise
from .base import Violation, judge_all
from .leak import leaks, one_line
from .made_up import made_up


def _one(name: str, text: str, values: tuple[str, ...], redactor: Redactor) -> None:
    secret = Secret(f"registered {name}", max(values, key=len), values, "", True)
    judge_all(leaks([Sample(name, secret, Carried(text, ()))], redactor, secrets=values))


def _prefix_of_another(redactor: Redactor, _: Corpus) -> None:
    """The longer one first, or its tail stays; in both orders of registration."""
    short, tail = made_up("prefix", 0, 2)
    text = f"one {short}{tail} two {short} three\n"
    for values in ((short, short + tail), (short + tail, short)):
        secret = Secret("registered prefix", short + tail, (short + tail, tail), "", True)
        judge_all(leaks([Sample("prefix-of-another", secret, Carried(text, ()))], redactor, secrets=values))


def _overlapping(redactor: Redactor, _: Corpus) -> None:
    a, b, c = made_up("overlap", 0, 3)
    _one("overlapping", f"here {a}{b}{c} there\n", (a + b, b + c), redactor)


def _multi_line(redactor: Redactor, _: Corpus) -> None:
    lines = [" ".join(made_up(f"line-{n}", 0, 3)) for n in range(3)]
    value = "\n".join(lines)
    secret = Secret("registered multi-line", value, tuple(lines), "", True)
    for text in (f"begin\n{value}\nend\n", "begin\n" + "".join(f"    {line}\n" for line in lines) + "end\n"):
        judge_all(leaks([Sample("multi-line", secret, Carried(text, ()))], redactor, secrets=(value,)))


def _many(redactor: Redactor, _: Corpus) -> None:
    values = tuple("".join(made_up("many", n, 2)) for n in range(1000))
    text = "\n".join(f"row {n}: {values[n]}" for n in range(0, 1000, 25))
    secret = Secret("registered, one of 1000", values[0], tuple(values[n] for n in range(0, 1000, 25)), "", True)
    judge_all(leaks([Sample("many", secret, Carried(text, ()))], redactor, secrets=values))


def _every_occurrence(redactor: Redactor, _: Corpus) -> None:
    value = "".join(made_up("occurrence", 0, 2))
    _one("every-occurrence", "".join(f"{n}: {value}; {value}\n" for n in range(20)), (value,), redactor)


def _long(redactor: Redactor, _: Corpus) -> None:
    """A value of four kilobytes: what isn't replaced whole shows its tail."""
    value = _bundle("long")
    _one("long", f"the bundle is {value} as exported\n", (value,), redactor)


def _bundle(name: str) -> str:
    return "-".join(word for n in range(150) for word in made_up(name, n, 3))


def _punctuated(redactor: Redactor, _: Corpus) -> None:
    r"""Values that begin or end with no letter: between `\b` and `\b` they are never found."""
    first, second, third = made_up("punctuated", 0, 3)
    values = (f"+{first}/{second}==", f"({second}{third})", f"-{third}{first}!")
    _one("punctuated", "".join(f'before {value} after, "{value}"\n' for value in values), values, redactor)


def _beside_others(redactor: Redactor, corpus: Corpus) -> None:
    """With a value registered, what can be told from its shape is still looked for."""
    value = "".join(made_up("beside", 0, 2))
    found = [synthesise(kind, 3) for kind in one_line([kind for kind in corpus.kinds if kind.bare])[:10]]
    text = "".join(f"{value} came with {secret.value} today\n" for secret in found)
    cores = (value, *(core for secret in found for core in secret.cores))
    secret = Secret("registered value or a token", value, cores, "", True)
    judge_all(leaks([Sample("beside-others", secret, Carried(text, ()))], redactor, secrets=(value,)))


def _stream(redactor: Redactor, _: Corpus) -> None:
    """A stream is redacted with the values registered for it, however it is cut."""
    if not redactor.has_streams():
        return
    for value in ("".join(made_up("stream", 0, 2)), _bundle("stream")):
        text = f"{'The agent reads on. ' * 250}It wrote {value} and went on.\n"
        inside = text.index(value) + len(value) // 3
        sizes = (len(text), 997, 13)
        splits = [[text[:inside], text[inside:]], *([text[a : a + n] for a in range(0, len(text), n)] for n in sizes)]
        inputs = [{"chunks": chunks, "secrets": [value]} for chunks in splits]
        for chunks, reply in zip(splits, redactor.target.call_many("redact_chunks", inputs), strict=True):
            _judge_reply(f"a stream cut into {len(chunks)} pieces", text, value, answer_stream(reply, text))


def _bytes(redactor: Redactor, _: Corpus) -> None:
    """Bytes are redacted with the values registered for them."""
    value = "".join(made_up("bytes", 0, 2))
    text = f"The file holds {value} and ends.\n"
    encoded = b64encode(text.encode()).decode("ascii")
    if isinstance(redactor.target.call("redact", {"base64": encoded}), (Unsupported, Refused)):
        return  # malformed-input isn't evaluated then, and says so
    reply = redactor.target.call("redact", {"base64": encoded, "secrets": [value]})
    _judge_reply("bytes", text, value, Answer(answer_bytes(reply).decode("utf-8", "replace"), beside_bytes(reply)))


def _judge_reply(where: str, text: str, value: str, answer: Answer) -> None:
    sample = Sample(where, Secret("registered value", value, (value,), "", True), Carried(text, ()))
    if (leak := sample.leak(answer)) is not None:
        lines = evidence(sample, leak, answer.text)
        judge_all([Violation(where, f"a registered value survived in {where}", lines)])


def _empty(redactor: Redactor, _: Corpus) -> None:
    """Replacing the empty string would put a placeholder between all characters."""
    text = "Nothing is registered but an empty value.\n"
    answer = redactor.ask([Ask(text, secrets=("",))])[0]
    if answer.text != text:
        raise CheckFailure("an empty registered value changed a text that holds no secret")


def _absent(redactor: Redactor, _: Corpus) -> None:
    """A registered value that isn't there changes nothing."""
    text = "Nothing of what is registered stands in this sentence.\n"
    answer = redactor.ask([Ask(text, secrets=("".join(made_up("absent", 0, 2)),))])[0]
    if answer.text != text:
        raise CheckFailure("a registered value changed a text it doesn't stand in")


#: The judges of these cases by name.
SHAPES: Mapping[str, Callable[[Redactor, Corpus], None]] = MappingProxyType(
    {
        "absent": _absent,
        "beside-others": _beside_others,
        "bytes": _bytes,
        "empty": _empty,
        "every-occurrence": _every_occurrence,
        "long": _long,
        "many": _many,
        "multi-line": _multi_line,
        "overlapping": _overlapping,
        "prefix-of-another": _prefix_of_another,
        "punctuated": _punctuated,
        "stream": _stream,
    }
)
