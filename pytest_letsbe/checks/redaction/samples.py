"""Samples: a synthesised secret, encoded, inside a carrier, and the judgement of what came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Protocol, TypeVar
from zlib import crc32

from ...masking import describe, excerpt
from ...model import CheckFailure
from .carriers import fits
from .client import Answer, Ask
from .corpus import Corpus, named
from .encodings import ENCODINGS
from .model import Carried, Carrier, Encoding, Kind, Secret
from .oracle import Leak, find_leak
from .synth import synthesise


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)

PLAIN = next(encoding for encoding in ENCODINGS if encoding.id == "plain")


@dataclass(frozen=True, slots=True)
class Combination:
    """A kind of secret in a carrier, in an encoding; ``id`` is the case's name."""

    kind: Kind
    carrier: Carrier
    encoding: Encoding

    @property
    def id(self) -> str:
        return f"{self.kind.id}/{self.carrier.id}/{self.encoding.id}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One text with one secret in it. In Python tests it is the fixture ``redaction_case``.

    ``around`` is the carrier's text without the secret, as far as it is known; ``replayable`` says that
    ``letsbe show`` can make the sample again from its name.
    """

    name: str
    secret: Secret
    carried: Carried
    encoding: str = "plain"
    around: str = ""
    replayable: bool = False

    @property
    def text(self) -> str:
        """The text to redact."""
        return self.carried.text

    def ask(self, *, secrets: Sequence[str] = (), tenant: str | None = None) -> Ask:
        return Ask(self.carried.text, self.carried.media_type, tuple(secrets), tenant)

    def excerpt(self, text: str) -> str:
        """A piece of ``text`` to show: of words that aren't the carrier's own only head and length."""
        # The whole secret first: a phone number is many short words, none of which looks like anything.
        name = f"<{self.secret.kind}>"
        known = self.around or self.text
        for piece in sorted((self.secret.value, *self.secret.cores), key=len, reverse=True):
            text = text.replace(piece, name) if len(piece) >= 4 else text
            known = known.replace(piece, "\0")
        # A word that a core stood in is no word of the carrier: what is left of it is the rest of a secret.
        known = " ".join(word for word in known.split() if "\0" not in word)
        return excerpt(text, f"{known} {self.secret.kind}")

    def leak(self, answer: Answer) -> Leak | None:
        """What of the secret came back, in the text or beside it."""
        return find_leak(answer.text, self.secret, given=self.carried.text) or (
            find_leak(answer.rest, self.secret) if answer.rest else None
        )

    def assert_redacted(self, output: str) -> None:
        """Fail the test when ``output`` holds the secret, plain or encoded."""
        __tracebackhide__ = True
        leak = self.leak(Answer(output))
        if leak is not None:
            raise CheckFailure(
                "\n".join([f"{self.secret.kind} survived in {self.name}", *evidence(self, leak, output)])
            )


def make(combination: Combination, seed: int) -> Sample:
    """The sample ``kind/carrier/encoding#seed``: the same on every machine."""
    secret = synthesise(combination.kind, seed)
    carried = combination.carrier.render(combination.encoding.encode(secret.value), secret.key)
    around = combination.carrier.render("x", secret.key).text
    return Sample(f"{combination.id}#{seed}", secret, carried, combination.encoding.id, around, replayable=True)


def named_sample(corpus: Corpus, name: str) -> Sample | None:
    """The sample called ``kind/carrier/encoding#seed``, or None when it is no such name."""
    path, _, seed = name.partition("#")
    parts = path.split("/")
    if len(parts) != 3 or not seed.isdecimal():
        return None
    kind = next((k for k in corpus.kinds if k.id == parts[0]), None)
    carrier = next((c for c in corpus.carriers if c.id == parts[1]), None)
    encoding = next((e for e in (*corpus.encodings, PLAIN) if e.id == parts[2]), None)
    if kind is None or carrier is None or encoding is None:
        return None
    return make(Combination(kind, carrier, encoding), int(seed))


@cache
def fit(kind: Kind, carrier: Carrier, encoding: Encoding) -> bool:
    """Whether the kind can stand there, and can be told there: without its key a password is just a word."""
    if not kind.bare and not carrier.keyed:
        return False
    value = synthesise(kind, 0).value
    written = encoding.encode(value)
    # An encoding that changes nothing would repeat the plain case under another name.
    return (encoding is PLAIN or written != value) and fits(carrier, written)


#: Combinations that every kind gets where it fits: what people look for first, and name in waivers.
ANCHORS = (
    ("json-field", "plain"),
    ("env-export", "plain"),
    ("prose", "plain"),
    ("json-field", "base64"),
    ("url", "base64"),
)
#: How many plain carriers and how many encodings each kind gets besides, in the pr profile.
CARRIERS_DRAWN, ENCODINGS_DRAWN = 3, 2
#: In how many carriers each kind is judged by the invariants that speak of the text around it.
PLAIN_CARRIERS = 10


def combinations(corpus: Corpus, *, every: bool = False) -> Iterator[Combination]:
    """Which kind is judged in which carrier and encoding, sorted by id.

    The full product has hundreds of thousands. ``every`` (the nightly profile) gives each kind plain in each
    carrier and in each encoding; otherwise each kind gets the anchors and a few that are drawn. Each carrier
    meets each encoding in both. Drawing is by rendezvous hashing, so that a new row leaves the other ids, which waivers
    point to, as they are.
    """
    chosen: dict[str, Combination] = {}

    def add(kinds: Iterable[Kind], carriers: Iterable[Carrier], encodings: Iterable[Encoding], most: int = 1) -> None:
        """Choose the first ``most`` of the product that fit."""
        for combination in (Combination(k, c, e) for e in encodings for c in carriers for k in kinds):
            if most and fit(combination.kind, combination.carrier, combination.encoding):
                chosen[combination.id] = combination
                most -= 1

    carriers, encodings = {c.id: c for c in corpus.carriers}, {e.id: e for e in corpus.encodings}
    encoded = [encoding for encoding in corpus.encodings if encoding is not PLAIN]
    for kind in corpus.kinds:
        for place, spelling in ANCHORS:
            if place in carriers and spelling in encodings:
                add([kind], [carriers[place]], [encodings[spelling]])
        add([kind], _drawn(corpus.carriers, kind.id), [PLAIN], len(corpus.carriers) if every else CARRIERS_DRAWN)
        for encoding in _drawn(encoded, kind.id)[: None if every else ENCODINGS_DRAWN]:
            add([kind], _drawn(corpus.carriers, f"{kind.id}/{encoding.id}"), [encoding])
    bare = [kind for kind in corpus.kinds if kind.bare] or list(corpus.kinds)
    for carrier in corpus.carriers:
        for encoding in encoded:
            add(_drawn(bare, f"{carrier.id}/{encoding.id}"), [carrier], [encoding])
    yield from (chosen[name] for name in sorted(chosen))


def plain_combinations(kind: Kind, corpus: Corpus, most: int = PLAIN_CARRIERS) -> list[Combination]:
    """The kind plain in ``most`` carriers; with few kinds in a corpus, in all."""
    found = (Combination(kind, c, PLAIN) for c in _drawn(corpus.carriers, f"{kind.id}/context") if fit(kind, c, PLAIN))
    return list(islice(found, None if len(corpus.kinds) <= 20 else most))


def _drawn(items: Sequence[T], salt: str) -> list[T]:
    """The items in an order that looks random and depends on nothing but their ids and the salt."""
    return sorted(items, key=lambda item: (crc32(f"{salt}|{item.id}".encode()), item.id))


def evidence(sample: Sample, leak: Leak, output: str) -> list[str]:
    """The lines that show a leak without repeating it."""
    how = " then ".join(leak.chain) if leak.chain else "as it stands"
    lines = [
        f"secret    {describe(sample.secret.kind, sample.secret.value)}, written {sample.encoding}",
        f"sent      {sample.excerpt(sample.text)}",
        f"came back {sample.excerpt(output)}",
        f"found     {leak.longest} of the {leak.length} characters that are secret in it, in a row, read {how}",
    ]
    if sample.replayable:
        lines.append(f"replay    letsbe show 'redaction::no-leak[{sample.name}]' --request | <your redactor>")
    return lines


def cases_of(*names: str) -> list[Sample]:
    """One plain sample for each kind of the named corpora, for ``@pytest.mark.redaction_corpus``."""
    corpus = named(names or ("secrets",))
    plain = (c for c in combinations(corpus) if c.encoding is PLAIN)
    first: dict[str, Combination] = {}
    for combination in plain:
        first.setdefault(combination.kind.id, combination)
    return [make(combination, 0) for combination in first.values()]
