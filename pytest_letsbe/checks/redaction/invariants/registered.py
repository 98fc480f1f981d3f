"""registered-secrets: values handed in are removed in every spelling, also those no pattern could know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ....model import Case, Invariant, NotEvaluated, Spec
from ..carriers import fits
from ..client import Ask, Redactor
from ..corpus import Corpus
from ..model import Carrier, Encoding, Secret
from ..samples import PLAIN, Sample
from .base import Rule, case, judge_all
from .leak import leaks
from .made_up import digest, made_up
from .registered_shapes import SHAPES

REGISTERED = Invariant(
    "registered-secrets",
    "A registered value is gone in every spelling, also when nothing but its registration tells it is a secret.",
    "OpenClaw 2026.9.6 with values registered: 67 % come back in base64, 100 % across SSE deltas",
)


def _values(seed: int) -> dict[str, str]:
    """Unstructured values by name: none can be told from its shape."""
    hexed = digest("hex", seed).hex()
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
    for name in SHAPES:
        yield case(REGISTERED, name, spec.location, 1, corpus)


def _drawn(corpus: Corpus, name: str, value: str, encoding: Encoding) -> Carrier | None:
    """The carrier for a value and an encoding; stable when carriers are added, see ``combinations``."""
    if encoding is PLAIN:
        return None
    written = encoding.encode(value)
    drawn = sorted(corpus.carriers, key=lambda c: hashlib.sha256(f"{name}/{c.id}/{encoding.id}".encode()).digest())
    return next((carrier for carrier in drawn if fits(carrier, written)), None)  # rendering costs more than sorting


def _judge(case: Case, redactor: Redactor) -> None:
    if isinstance(case.data, Corpus):
        SHAPES[case.name](redactor, case.data)
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


RULES = (Rule(REGISTERED, _cases, _judge),)
