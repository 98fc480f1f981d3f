"""registered-secrets: values handed in are removed in every spelling, also those no pattern could know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ....model import Case, CheckFailure, Invariant, NotEvaluated, Spec
from ..carriers import fits
from ..client import Ask, Redactor
from ..corpus import Corpus
from ..model import Carried, Carrier, Encoding, Secret
from ..samples import PLAIN, Sample
from .base import Rule, case, judge_all
from .leak import leaks

REGISTERED = Invariant(
    "registered-secrets",
    "A registered value is gone in every spelling, also when nothing but its registration tells it is a secret.",
    "OpenClaw 2026.9.6 with values registered: 67 % come back in base64, 100 % across SSE deltas",
)

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def _digest(name: str, seed: int) -> bytes:
    return hashlib.sha512(f"letsbe|registered|{name}|{seed}".encode()).digest()


def made_up(name: str, seed: int, count: int) -> list[str]:
    """Made-up words: a dictionary word could stand in a carrier's own text."""
    data = iter(_digest(name, seed))
    return [
        "".join(_CONSONANTS[next(data) % len(_CONSONANTS)] + _VOWELS[next(data) % 5] for _ in range(4))
        for _ in range(count)
    ]


def _values(seed: int) -> dict[str, str]:
    """Unstructured values by name: none can be told from its shape."""
    hexed = _digest("hex", seed).hex()
    word = made_up("word", seed, 3)
    return {
        "passphrase": " ".join(made_up("passphrase", seed, 4)),
        "one-word": word[0] + word[1],
        "uuid": f"{hexed[:8]}-{hexed[8:12]}-4{hexed[13:16]}-8{hexed[17:20]}-{hexed[20:32]}",
        "hex-40": hexed[40:80],
        "punctuation": f"{word[0]}$&(*+.?[^|)\\{word[1]}",
        "quotes": f"{word[0]}\"{word[1]}'{word[2]}",
        "percent": f"{word[0]}%41&{word[1]}=/+{word[2]}",
        "umlauts": f"{word[0]}äöü{word[1]}ß\U0001f511{word[2]}",
        "eight": word[0][:8],
    }


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for name, value in sorted(_values(0).items()):
        for encoding in corpus.encodings:
            carrier = _drawn(corpus, name, value, encoding)
            if carrier is not None:
                yield case(
                    REGISTERED, f"{name}/{carrier.id}/{encoding.id}", spec.location, 2, (name, carrier, encoding)
                )
        for carrier in corpus.carriers:
            if fits(carrier, value):
                yield case(REGISTERED, f"{name}/{carrier.id}/plain", spec.location, 2, (name, carrier, PLAIN))
    for name in _SHAPES:
        yield case(REGISTERED, name, spec.location, 1, name)


def _drawn(corpus: Corpus, name: str, value: str, encoding: Encoding) -> Carrier | None:
    """The carrier for a value and an encoding; stable when carriers are added, see ``combinations``."""
    if encoding is PLAIN:
        return None
    written = encoding.encode(value)
    drawn = sorted(corpus.carriers, key=lambda c: hashlib.sha256(f"{name}/{c.id}/{encoding.id}".encode()).digest())
    return next((carrier for carrier in drawn if fits(carrier, written)), None)  # rendering costs more than sorting


def _judge(case: Case, redactor: Redactor) -> None:
    if isinstance(case.data, str):
        _SHAPES[case.data](redactor)
        return
    if not _heeds(redactor):
        raise NotEvaluated(
            "the redactor heeds no registered value at all: registered-secrets[every-occurrence] says so"
        )
    name, carrier, encoding = case.data
    samples, secrets = [], []
    for seed in range(case.samples):
        value = _values(seed)[name]
        secret = Secret(f"registered {name}", value, (value,), "NOTE", True)
        carried = carrier.render(encoding.encode(value), "NOTE")
        samples.append(Sample(f"{case.name}#{seed}", secret, carried, encoding.id, carrier.render("x", "NOTE").text))
        secrets.append(value)
    judge_all(leaks(samples, redactor, secrets=tuple(secrets)))


def _heeds(redactor: Redactor) -> bool:
    """Does the plainest registered value go? If not, that is one finding and not one for each spelling."""
    value = "".join(made_up("heeded", 0, 2))
    return value not in redactor.ask([Ask(f"the value is {value}, as was registered\n", secrets=(value,))])[0].text


def _one(name: str, text: str, values: tuple[str, ...], redactor: Redactor) -> None:
    secret = Secret(f"registered {name}", max(values, key=len), values, "", True)
    judge_all(leaks([Sample(name, secret, Carried(text, ()))], redactor, secrets=values))


def _prefix_of_another(redactor: Redactor) -> None:
    """The longer one first, or its tail stays; in both orders of registration."""
    short, tail = made_up("prefix", 0, 2)
    text = f"one {short}{tail} two {short} three\n"
    for values in ((short, short + tail), (short + tail, short)):
        secret = Secret("registered prefix", short + tail, (short + tail, tail), "", True)
        judge_all(leaks([Sample("prefix-of-another", secret, Carried(text, ()))], redactor, secrets=values))


def _overlapping(redactor: Redactor) -> None:
    a, b, c = made_up("overlap", 0, 3)
    _one("overlapping", f"here {a}{b}{c} there\n", (a + b, b + c), redactor)


def _multi_line(redactor: Redactor) -> None:
    lines = [" ".join(made_up(f"line-{n}", 0, 3)) for n in range(3)]
    value = "\n".join(lines)
    secret = Secret("registered multi-line", value, tuple(lines), "", True)
    for text in (f"begin\n{value}\nend\n", "begin\n" + "".join(f"    {line}\n" for line in lines) + "end\n"):
        judge_all(leaks([Sample("multi-line", secret, Carried(text, ()))], redactor, secrets=(value,)))


def _many(redactor: Redactor) -> None:
    values = tuple("".join(made_up("many", n, 2)) for n in range(1000))
    text = "\n".join(f"row {n}: {values[n]}" for n in range(0, 1000, 25))
    secret = Secret("registered, one of 1000", values[0], tuple(values[n] for n in range(0, 1000, 25)), "", True)
    judge_all(leaks([Sample("many", secret, Carried(text, ()))], redactor, secrets=values))


def _every_occurrence(redactor: Redactor) -> None:
    value = "".join(made_up("occurrence", 0, 2))
    _one("every-occurrence", "".join(f"{n}: {value}; {value}\n" for n in range(20)), (value,), redactor)


def _empty(redactor: Redactor) -> None:
    """Replacing the empty string would put a placeholder between all characters."""
    text = "Nothing is registered but an empty value.\n"
    answer = redactor.ask([Ask(text, secrets=("",))])[0]
    if answer.text != text:
        raise CheckFailure("an empty registered value changed a text that holds no secret")


def _absent(redactor: Redactor) -> None:
    """A registered value that isn't there changes nothing."""
    text = "Nothing of what is registered stands in this sentence.\n"
    answer = redactor.ask([Ask(text, secrets=("".join(made_up("absent", 0, 2)),))])[0]
    if answer.text != text:
        raise CheckFailure("a registered value changed a text it doesn't stand in")


_SHAPES = {
    "absent": _absent,
    "empty": _empty,
    "every-occurrence": _every_occurrence,
    "many": _many,
    "multi-line": _multi_line,
    "overlapping": _overlapping,
    "prefix-of-another": _prefix_of_another,
}

RULES = (Rule(REGISTERED, _cases, _judge),)
