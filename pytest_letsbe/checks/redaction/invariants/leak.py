"""no-leak, no-digest: nothing of a secret comes back, in any encoding, at any place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ....masking import describe
from ....model import Case, Invariant, Spec
from ..client import Redactor
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
    "No unsalted MD5, SHA-1 or SHA-256 of a secret stands in its place: short secrets can be read back from it.",
    "LLM Guard 0.3.16 hash mode",
)

#: Sizes at which redactors cut their input into windows, or stop looking.
WINDOWS = (1024, 2048, 4096, 8192, 10_000, 16_384, 32_768, 50_000, 65_536, 100_000)
LONG = 110_000
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


def _judge(case: Case, redactor: Redactor) -> None:
    if isinstance(case.data, _Plan):
        samples = [make(case.data.combination, seed) for seed in range(case.data.seeds)]
    elif isinstance(case.data, Kind):
        samples = [_repeated(case.data, seed) for seed in range(case.samples)]
    else:
        samples = _SHAPES[case.name.partition("/")[0]](case.data, case.samples)
    judge_all(leaks(samples, redactor))


def leaks(samples: list[Sample], redactor: Redactor, *, secrets: tuple[str, ...] = ()) -> Iterator[Violation | None]:
    """One violation for each sample whose secret came back."""
    answers = redactor.ask([sample.ask(secrets=secrets) for sample in samples])
    for sample, answer in zip(samples, answers, strict=True):
        leak = sample.leak(answer)
        if leak is None:
            yield None
            continue
        where = sample.name.split("/")[1:2] or ["text"]
        sentence = f"{sample.secret.kind} survived redaction in {where[0]}, written {sample.encoding}"
        yield Violation(sample.name, sentence, evidence(sample, leak, answer.text or answer.rest))


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


def _end(kinds: list[Kind], count: int) -> list[Sample]:
    secret = synthesise(kinds[0], 5)
    text = FILLER * (1_000_000 // len(FILLER)) + f"the last line holds {secret.value}\n"
    return [Sample("end/megabyte/plain#0", secret, Carried(text, ()))]


_SHAPES = {"windows": windows, "neighbours": _neighbours, "end": _end}


def _digest_cases(corpus: Corpus, spec: Spec) -> Iterable[Case]:
    for kind in corpus.kinds:
        found = plain_combinations(kind, corpus)
        if found:
            yield case(NO_DIGEST, kind.id, kind.location, 1, _Plan(found[0], 1))


def _judge_digest(case: Case, redactor: Redactor) -> None:
    sample = make(case.data.combination, 0)
    answer = redactor.ask([sample.ask()])[0]
    found = find_digest(answer.text + answer.rest, sample.secret)
    if found is not None:
        sentence = f"an unsalted {found} of the {sample.secret.kind} stands in the output"
        judge_all([Violation(sample.name, sentence, [f"secret   {describe(sample.secret.kind, sample.secret.value)}"])])


RULES = (Rule(NO_LEAK, _cases, _judge), Rule(NO_DIGEST, _digest_cases, _judge_digest))
