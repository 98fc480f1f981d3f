"""no-leak, no-digest: nothing of a secret comes back, in any encoding, at any place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ....masking import describe
from ....model import Case, Invariant, Spec
from ....targets.base import Refused, Unsupported
from ..client import Answer, Redactor, answer
from ..corpus import Corpus
from ..model import Carried, Kind, Secret
from ..oracle import find_digest
from ..samples import Combination, Sample, combinations, evidence, make, plain_combinations
from ..synth import synthesise
from .base import Rule, Violation, case, judge_all, seeds

NO_LEAK = Invariant(
    "no-leak",
    "Neither a secret nor 8 characters in a row nor a third of one comes back, read plain or decoded.",
    "16 shipped redactors leaked 3 to 100 % of 1216 generated cases",
)
NO_DIGEST = Invariant(
    "no-digest",
    "No unsalted digest of a secret (MD5, SHA-1, SHA-2, SHA-3, BLAKE2) stands in its place, nor the beginning of one: "
    "short secrets can be read back from it.",
    "LLM Guard 0.3.16 hash mode",
)

#: Sizes at which redactors cut their input into windows, or stop looking.
WINDOWS = (1024, 2048, 4096, 8192, 10_000, 16_384, 32_768, 50_000, 65_536, 100_000)
LONG = 110_000
_LONG_BORDERS = (8192, 16_384, 32_768, 65_536)
FILLER = "2026-11-23T08:14:02Z INFO worker-7 finished job, 3 retries, next run in 40 s\n"


@dataclass(frozen=True, slots=True)
class _Plan:
    combination: Combination
    seeds: int


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for combination in combinations(corpus, every=spec.profile == "nightly"):
        count = seeds(spec, 2)
        yield case(NO_LEAK, combination.id, combination.kind.location, count, _Plan(combination, count))
    bare = [kind for kind in corpus.kinds if kind.bare]
    for kind in bare:
        yield case(NO_LEAK, f"{kind.id}/repeated/plain", kind.location, 2, kind)
    tokens = one_line(bare)
    if tokens:
        shifts = 24
        yield case(NO_LEAK, "windows/long-text/plain", spec.location, shifts, tokens)
        yield case(NO_LEAK, "neighbours/adjacent/plain", spec.location, len(tokens), tokens)
        yield case(NO_LEAK, "end/megabyte/plain", spec.location, 1, tokens)
        yield case(NO_LEAK, "media-types/any/plain", spec.location, len(_MEDIA_TYPES), tokens)
        yield case(NO_LEAK, "names/json-keys/plain", spec.location, len(tokens), tokens)
    blocks = several_lines(corpus.kinds)
    if blocks:
        yield case(NO_LEAK, "windows/long-secrets/plain", spec.location, 1, blocks)
    numbers = [kind for kind in corpus.kinds if _NUMBER.fullmatch(synthesise(kind, 0).value)]
    if numbers:
        yield case(NO_LEAK, "numbers/json-numbers/plain", spec.location, len(numbers), numbers)


def _judge(case: Case, redactor: Redactor) -> None:
    if isinstance(case.data, _Plan):
        samples = [make(case.data.combination, seed) for seed in range(case.data.seeds)]
    elif isinstance(case.data, Kind):
        samples = [_repeated(case.data, seed) for seed in range(case.samples)]
    elif case.name.startswith("media-types/"):
        judge_all(_named_leaks(_media_types(case.data), redactor))
        return
    else:
        samples = _SHAPES[case.name](case.data, case.samples)
    judge_all(leaks(samples, redactor))


def leaks(samples: list[Sample], redactor: Redactor, *, secrets: tuple[str, ...] = ()) -> Iterator[Violation | None]:
    """One violation for each sample whose secret came back."""
    answers = redactor.ask([sample.ask(secrets=secrets) for sample in samples])
    for sample, got in zip(samples, answers, strict=True):
        where = sample.name.split("/")[1:2] or ["text"]
        yield _violation(sample, got, f"in {where[0]}, written {sample.encoding}")


def _violation(sample: Sample, got: Answer, where: str) -> Violation | None:
    leak = sample.leak(got)
    if leak is None:
        return None
    lines = evidence(sample, leak, got.text or got.rest)
    return Violation(sample.name, f"{sample.secret.kind} survived redaction {where}", lines)


def one_line(kinds: list[Kind]) -> list[Kind]:
    """Kinds whose value is one short token: they fit anywhere."""
    return [kind for kind in kinds if len(value := synthesise(kind, 0).value) <= 200 and not value.split()[1:]]


def _repeated(kind: Kind, seed: int) -> Sample:
    """The same secret three times, and a second one of its kind beside the last."""
    secret, other = synthesise(kind, seed), synthesise(kind, seed + 100)
    lines = [f"first {secret.value} then", f"again {secret.value}", f"and {other.value}", f"last {secret.value}\n"]
    both = Secret(kind.id, secret.value, secret.cores + other.cores, secret.key, secret.bare)
    return Sample(f"{kind.id}/repeated/plain#{seed}", both, Carried("\n".join(lines), ()))


def windows(kinds: Sequence[Kind], count: int) -> list[Sample]:
    """Texts of 100 kB with a token across every usual window border, shifted from sample to sample."""
    samples = []
    for shift in range(count):
        text = (FILLER * (LONG // len(FILLER) + 1))[:LONG]
        cores: list[str] = []
        for index, border in enumerate(WINDOWS):
            secret = synthesise(kinds[(index + shift) % len(kinds)], shift)
            start = border - 1 - (len(secret.value) + 1) * shift // count
            text = f"{text[: start - 1]} {secret.value} {text[start + len(secret.value) + 1 :]}"
            cores += secret.cores
        whole = Secret("token in 100 kB", "".join(cores), tuple(cores), "", True)
        samples.append(Sample(f"windows/long-text/plain#{shift}", whole, Carried(text, ())))
    return samples


def several_lines(kinds: Sequence[Kind]) -> list[Kind]:
    """Kinds that stand in several lines: keys and files, the longest first."""
    lengths = {
        kind: len(v) for kind in kinds if kind.bare and "\n" in (v := synthesise(kind, 0).value) and len(v) > 400
    }
    return sorted(lengths, key=lambda kind: (-lengths[kind], kind.id))[: len(_LONG_BORDERS)]


def long_secrets(kinds: Sequence[Kind], count: int = 1) -> list[Sample]:
    """Secrets of several lines across the usual window borders of a text of 70 kB, which cut them anywhere."""
    samples = []
    for shift in range(count):
        text, cores = "", list[str]()
        for index, border in enumerate(_LONG_BORDERS):
            secret = synthesise(kinds[index % len(kinds)], 40 + shift)
            fill = border - len(text) - len(secret.value) * (index + 1) // (len(_LONG_BORDERS) + 1)
            text += (FILLER * (fill // len(FILLER))) + secret.value + "\n"
            cores += secret.cores
        text += FILLER * 30
        whole = Secret("secret of several lines in 70 kB", "".join(cores), tuple(cores), "", True)
        samples.append(Sample(f"windows/long-secrets/plain#{shift}", whole, Carried(text, ())))
    return samples


def _neighbours(kinds: list[Kind], count: int) -> list[Sample]:
    """Two secrets of different kinds with one separator between them."""
    samples = []
    for index in range(count):
        first, second = kinds[index], kinds[(index + 7) % len(kinds)]
        one, two = synthesise(first, 1), synthesise(second, 2)
        both = Secret(f"{first.id} beside {second.id}", one.value + two.value, one.cores + two.cores, "", True)
        text = f"tokens: {one.value} {two.value}\n{two.value},{one.value}\n"
        samples.append(Sample(f"neighbours/adjacent/plain#{first.id}", both, Carried(text, ())))
    return samples


def megabyte(kinds: Sequence[Kind], count: int = 1) -> list[Sample]:
    """A megabyte with a token in its first, in each of its middle quarters' and in its last line."""
    lines = [FILLER] * (1_000_000 // len(FILLER))
    secrets = [synthesise(kinds[place % len(kinds)], 5 + place) for place in range(4)]
    for place, secret in enumerate(secrets[1:], 1):
        lines[len(lines) * place // 4] = f"2026-11-23T08:14:02Z INFO worker-7 printed {secret.value} once\n"
    text = "".join(lines) + f"the last line holds {secrets[0].value}\n"
    cores = tuple(core for secret in secrets for core in secret.cores)
    return [
        Sample(
            "end/megabyte/plain#0", Secret("token in a megabyte", "".join(cores), cores, "", True), Carried(text, ())
        )
    ]


#: What a text may be called by whoever sends it: with parameters, in capitals, by a name no parser knows, wrongly.
_MEDIA_TYPES = (
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/problem+json",
    "application/vnd.api+json;v=2",
    "text/plain;charset=UTF-8",
    "text/html; charset=utf-8",
    "TEXT/EVENT-STREAM",
    "text/markdown",
    "text/x-log",
    "image/svg+xml",
    "application/octet-stream",
)


def _named_leaks(samples: Sequence[Sample], redactor: Redactor) -> Iterator[Violation | None]:
    """Whoever takes no such media type may say so: then nothing comes back."""
    replies = redactor.target.call_many("redact", [sample.ask().input() for sample in samples])
    for sample, reply in zip(samples, replies, strict=True):
        if not isinstance(reply, (Refused, Unsupported)):
            named = sample.carried.media_type
            yield _violation(sample, answer(reply, sample.text), f"in a text that is called {named}")


def _media_types(kinds: Sequence[Kind]) -> list[Sample]:
    """A JSON document and a line of prose under every such name."""
    texts = ('{{"event": "login", "note": "{}"}}', "It printed {} and stopped.\n")
    return [
        Sample(f"media-types/any/plain#{media_type}", secret, Carried(text.format(secret.value), (), media_type))
        for index, media_type in enumerate(_MEDIA_TYPES)
        for secret in [synthesise(kinds[index * 5 % len(kinds)], 6)]
        for text in texts
    ]


def _names(kinds: list[Kind], count: int) -> list[Sample]:
    """Secrets as the names of a document's fields: what was last seen of each token."""
    samples = []
    for kind in kinds:
        secret = synthesise(kind, 7)
        text = json.dumps({"seen": {secret.value: {"count": 3}}, "next": None})
        samples.append(Sample(f"names/json-keys/plain#{kind.id}", secret, Carried(text, (), "application/json")))
    return samples


#: What stands in JSON without quotes.
_NUMBER = re.compile(r"[1-9][0-9]{0,15}")


def _numbers(kinds: list[Kind], count: int) -> list[Sample]:
    """Card and citizen numbers as numbers of a document, under their names."""
    samples = []
    for kind in kinds:
        secret = next(s for seed in range(8, 40) if _NUMBER.fullmatch((s := synthesise(kind, seed)).value))
        text = f'{{"id": 7, "{secret.key.lower()}": {secret.value}, "active": true}}'
        samples.append(Sample(f"numbers/json-numbers/plain#{kind.id}", secret, Carried(text, (), "application/json")))
    return samples


_SHAPES = {
    "windows/long-text/plain": windows,
    "windows/long-secrets/plain": long_secrets,
    "neighbours/adjacent/plain": _neighbours,
    "end/megabyte/plain": megabyte,
    "names/json-keys/plain": _names,
    "numbers/json-numbers/plain": _numbers,
}


def _digest_cases(corpus: Corpus, spec: Spec) -> Iterable[Case]:
    for kind in corpus.kinds:
        found = plain_combinations(kind, corpus)
        if found:
            yield case(NO_DIGEST, kind.id, kind.location, 1, _Plan(found[0], 1))


def _judge_digest(case: Case, redactor: Redactor) -> None:
    sample = make(case.data.combination, 0)
    got = redactor.ask([sample.ask()])[0]
    found = find_digest(got.text + got.rest, sample.secret)
    if found is not None:
        sentence = f"an unsalted {found} of the {sample.secret.kind} stands in the output"
        judge_all([Violation(sample.name, sentence, [f"secret   {describe(sample.secret.kind, sample.secret.value)}"])])


RULES = (Rule(NO_LEAK, _cases, _judge), Rule(NO_DIGEST, _digest_cases, _judge_digest))
