"""context- and structure-preserved, idempotent, deterministic: what stands beside a secret stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ....model import Case, Invariant, Spec
from ..client import Answer, Ask, Redactor
from ..corpus import Corpus
from ..model import Carried, Kind
from ..oracle import find_leak
from ..samples import PLAIN, Combination, Sample, fit, make, plain_combinations
from ..structure import same_structure
from ..synth import synthesise
from .base import Rule, Violation, case, judge_all
from .benign import FORMS
from .leak import FILLER, megabyte, one_line, windows
from .made_up import made_up

CONTEXT = Invariant(
    "context-preserved",
    "Words, lines and fields beside a secret survive.",
    "openclaw#120103; OpenClaw 2026.9.6 swallows the JSON keys after ?token=",
)
STRUCTURE = Invariant(
    "structure-preserved",
    "A document stays what it was: the same JSON but for the redacted leaves, valid SSE frames, the same fields.",
    "OpenClaw 2026.9.6 turns Authorization: Basic inside JSON into invalid JSON",
)
IDEMPOTENT = Invariant(
    "idempotent",
    "Redacting the output again changes nothing: a log that passes two sinks reads the same in both.",
    "256 of 1216 outputs of OpenClaw 2026.9.6 change on a second pass",
)
DETERMINISTIC = Invariant(
    "deterministic",
    "The same request gives the same answer, whatever was asked before it.",
)


#: Secrets that hold what means something in a document break it first; of the others one in so many is judged.
_SYNTAX = re.compile(r"[\s=\"'&<>\\,;]")
STRIDE = 10


def _kind_cases(invariant: Invariant) -> Callable[[Corpus, Spec], Iterator[Case]]:
    """One case for each kind, its samples the carriers it fits."""

    def cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
        for kind in corpus.kinds:
            found = plain_combinations(kind, corpus)
            yield case(invariant, kind.id, kind.location, len(found), found)

    return cases


def _context_cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    yield from _kind_cases(CONTEXT)(corpus, spec)
    tokens = one_line([kind for kind in corpus.kinds if kind.bare])
    if tokens:
        yield case(CONTEXT, "forms", spec.location, len(FORMS) - 2, tokens[0])
        yield case(CONTEXT, "long-text", spec.location, 2, windows(tokens, 2))
        yield case(CONTEXT, "megabyte", spec.location, 1, megabyte(tokens))


def _judge_long_text(samples: Sequence[Sample], redactor: Redactor) -> None:
    """Every line of a long text that no secret stands in is still there."""
    for sample in samples:
        output = redactor.ask([sample.ask()])[0].text
        sent, back = sample.text.count(FILLER), output.count(FILLER)
        if back < sent:
            lines = [f"sent      {len(sample.text):,} characters", f"came back {len(output):,} characters"]
            sentence = f"{sent - back} of {sent} lines beside the secrets of a long text are gone"
            judge_all([Violation(sample.name, sentence, lines)])


def _judge_context(case: Case, redactor: Redactor) -> None:
    if case.name in ("long-text", "megabyte"):
        _judge_long_text(case.data, redactor)
        return
    if case.name == "forms":
        judge_all(_form_violations(case.data, redactor))
        return
    samples = [make(combination, 0) for combination in case.data]
    answers = redactor.ask([sample.ask() for sample in samples])
    judge_all(_context_violation(sample, answer.text) for sample, answer in zip(samples, answers, strict=True))


def _form_violations(kind: Kind, redactor: Redactor) -> Iterator[Violation]:
    """Where a secret was found the rest is no more to be changed than where there is none: each form beside one."""
    secret = synthesise(kind, 3)
    line = f"It printed {secret.value} and stopped.\n"
    for name, form in FORMS.items():
        if form and name != "form-long":
            text = f"{form}\n\n{line}\n{form}"
            sample = Sample(f"forms#{name}", secret, Carried(text, (form,)))
            output = redactor.ask([sample.ask()])[0].text
            if not (output.startswith(form) and output.endswith(form)):
                lines = [f"sent      {sample.excerpt(text)}", f"came back {sample.excerpt(output)}"]
                yield Violation(f"forms#{name}", f"redacting a {kind.id} changed the {name} beside it", lines)


def _judge_idempotent(case: Case, redactor: Redactor) -> None:
    samples = [make(combination, 0) for combination in case.data]
    first = redactor.ask([sample.ask() for sample in samples])
    second = redactor.ask([Ask(a.text, s.carried.media_type) for a, s in zip(first, samples, strict=True)])
    judge_all(
        _second_pass_violation(sample, once.text, twice.text)
        for sample, once, twice in zip(samples, first, second, strict=True)
    )


def _context_violation(sample: Sample, output: str) -> Violation | None:
    lost = [piece for piece in sample.carried.keep if not _still_there(piece, output, sample.carried.media_type)]
    if not lost:
        joined = sample.text.count("\n") - output.count("\n")
        if joined <= sample.secret.value.count("\n") or sample.carried.media_type is not None:
            return None
        lost = ["\n"]
    lines = [
        f"lost      {', '.join(repr(piece) for piece in lost[:5])}",
        f"sent      {sample.excerpt(sample.text)}",
        f"came back {sample.excerpt(output)}",
    ]
    return Violation(sample.name, f"redacting a {sample.secret.kind} took {lost[0]!r} with it", lines)


def _still_there(piece: str, output: str, media_type: str | None) -> bool:
    """Whether a piece of the carrier stands in the output; a document of JSON may be laid out anew."""
    if piece in output:
        return True
    return media_type is not None and "json" in media_type and "".join(piece.split()) in "".join(output.split())


def _second_pass_violation(sample: Sample, once: str, twice: str) -> Violation | None:
    if once == twice:
        return None
    lines = [f"first pass  {sample.excerpt(once)}", f"second pass {sample.excerpt(twice)}"]
    return Violation(sample.name, f"redacting the output again changed it ({sample.secret.kind})", lines)


def _structure_cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for carrier in corpus.carriers:
        kinds = [*(k for k in corpus.kinds if _SYNTAX.search(synthesise(k, 0).value)), *corpus.kinds[::STRIDE]]
        combos = [Combination(kind, carrier, PLAIN) for kind in kinds if fit(kind, carrier, PLAIN)]
        combos = list(dict.fromkeys(combos))
        if combos and make(combos[0], 0).carried.media_type is not None:
            yield case(STRUCTURE, carrier.id, carrier.location, len(combos), combos)
    tokens = one_line([kind for kind in corpus.kinds if kind.bare])[:3]
    if tokens:
        yield case(STRUCTURE, "numbers", spec.location, len(tokens), tokens)


def _numbers_beside(kind: Kind) -> Sample:
    """A document whose numbers no double holds: ids of messages, a counter of 64 bits."""
    secret = synthesise(kind, 0)
    text = (
        f'{{"id": 1234567890123456789, "note": "{secret.value}", '
        '"rows": [{"id": 9007199254740993, "seen": 18446744073709551615}], "ratio": 0.1, "next": null}'
    )
    return Sample(f"{kind.id}/numbers/plain#0", secret, Carried(text, (), "application/json"))


def _judge_structure(case: Case, redactor: Redactor) -> None:
    samples = [make(each, 0) if isinstance(each, Combination) else _numbers_beside(each) for each in case.data]

    def violations() -> Iterator[Violation]:
        for sample, answer in zip(samples, redactor.ask([s.ask() for s in samples]), strict=True):
            media_type = sample.carried.media_type or ""
            broken = same_structure(sample.text, answer.text, media_type, _touched(sample))
            if broken is not None:
                lines = [
                    f"broken    {broken}",
                    f"sent      {sample.excerpt(sample.text)}",
                    f"came back {sample.excerpt(answer.text)}",
                ]
                yield Violation(sample.name, f"redacting a {sample.secret.kind} broke the {media_type} document", lines)

    judge_all(violations())


def _touched(sample: Sample) -> Callable[[str], bool]:
    """Whether a leaf of the document holds the secret, or, in a stream, a piece of it."""
    whole = "".join(sample.secret.value.split())

    def touched(leaf: str) -> bool:
        squashed = "".join(leaf.split())
        return (len(squashed) >= 4 and squashed in whole) or find_leak(leaf, sample.secret) is not None

    return touched


def _deterministic_cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    yield case(DETERMINISTIC, "same-text", spec.location, len(corpus.kinds), corpus)
    yield case(DETERMINISTIC, "other-order", spec.location, len(corpus.kinds), corpus)
    yield case(DETERMINISTIC, "registered-before", spec.location, 2, corpus)


def _judge_registered_before(redactor: Redactor) -> None:
    """Registered values hold for one request, also when the next one comes from the same tenant."""
    text = f"we keep {' '.join(made_up('before', 0, 2))} on file\n"
    for tenant in ("tenant-again", None):
        ask = Ask(text, tenant=tenant)
        asks = [ask, Ask(text, secrets=(text[8:25],), tenant=tenant), ask]
        before, _, after = (redactor.ask([each], fresh=True)[0] for each in asks)
        if before != after:
            lines = [f"before    {before.text.strip()}", f"after     {after.text.strip()}"]
            sentence = "a value that was registered for one request changed the answer to the next"
            judge_all([Violation("registered-before", sentence, lines)])


def _judge_deterministic(case: Case, redactor: Redactor) -> None:
    if case.name == "registered-before":
        _judge_registered_before(redactor)
        return
    corpus: Corpus = case.data
    samples = [make(c, 1) for kind in corpus.kinds for c in plain_combinations(kind, corpus, most=1)]
    asks = [sample.ask() for sample in samples]
    if case.name == "other-order":
        first, second = _other_order(asks, redactor)
    else:
        redactor.restart()  # where it can be started afresh: another case may have asked the same before
        first = redactor.ask(asks, fresh=True)
        second = redactor.ask(asks, fresh=True)

    judge_all(
        Violation(
            sample.name,
            f"the same text with a {sample.secret.kind} came back in two versions",
            [f"once     {sample.excerpt(a.text)}", f"then     {sample.excerpt(b.text)}"],
        )
        for sample, a, b in zip(samples, first, second, strict=True)
        if a != b
    )


def _other_order(asks: Sequence[Ask], redactor: Redactor) -> tuple[list[Answer], list[Answer]]:
    """The answers in this order and in the other, each from a fresh start where the target can be started afresh.

    A placeholder may hold a key that is drawn at the start: then only one start's answers can be compared.
    """

    def restarted(order: Sequence[Ask]) -> list[Answer]:
        redactor.restart()
        return redactor.ask(order, fresh=True)

    first, again = restarted(asks), restarted(asks)
    backwards = list(reversed(asks))
    if first != again:
        return again, list(reversed(redactor.ask(backwards, fresh=True)))
    return first, list(reversed(restarted(backwards)))


RULES = (
    Rule(CONTEXT, _context_cases, _judge_context),
    Rule(STRUCTURE, _structure_cases, _judge_structure),
    Rule(IDEMPOTENT, _kind_cases(IDEMPOTENT), _judge_idempotent),
    Rule(DETERMINISTIC, _deterministic_cases, _judge_deterministic),
)
