"""no-leak and chunk-invariant, composed: hypothesis mixes secret, carrier and noise, and shrinks what leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ....model import Case, Spec
from ..client import Redactor, answer_stream
from ..corpus import Corpus
from ..model import Carried
from ..samples import Combination, Sample, evidence, fit, make
from .base import Rule, Violation, case, judge_all
from .leak import NO_LEAK
from .stream import CHUNKS, judge_split

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

#: Pieces that trip tokenisers and decoders when they stand near a secret, never glued to it.
NOISE = (
    *(
        "plain words ",
        "%",
        "%2",
        "\\",
        "\\u",
        "&",
        "&amp;",
        "=",
        "==",
        '"',
        "'",
        "`",
        "[",
        "{",
        "}",
        "<",
        ">",
        "\t",
        "  ",
    ),
    *("\n", "\r\n", "\u200b", "\u00e9", "\U0001f600", "data: ", "://", "@", ":", "Bearer ", "-----", "0x", "\x1b[0m"),
    *("QUJD", "null"),
)


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    yield case(NO_LEAK, "composed/any/any", spec.location, _examples(spec.profile, 250), (corpus, spec))


def _stream_cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    yield case(CHUNKS, "any-split", spec.location, _examples(spec.profile, 120), (corpus, spec))


def _examples(profile: str, usual: int) -> int:
    return usual * 10 if profile == "nightly" else usual


def _judge(case: Case, redactor: Redactor) -> None:
    corpus, spec = case.data

    def leaks(sample: Sample) -> bool:
        return sample.leak(redactor.ask([sample.ask()])[0]) is not None

    sample = _minimal(_samples(corpus), leaks, spec, case)
    if sample is not None:
        answer = redactor.ask([sample.ask()])[0]
        leak = sample.leak(answer)
        lines = evidence(sample, leak, answer.text) if leak else ()
        sentence = f"{sample.secret.kind} survived redaction in a composed text (the smallest that leaks is shown)"
        judge_all([Violation(sample.name, sentence, lines)])


def _judge_stream(case: Case, redactor: Redactor) -> None:
    from hypothesis import strategies as st

    corpus, spec = case.data

    def violation(drawn: tuple[Sample, list[int]]) -> Violation | None:
        sample, cuts = drawn
        places = sorted({min(cut, len(sample.text)) for cut in cuts})
        chunks = [sample.text[a:b] for a, b in zip([0, *places], [*places, len(sample.text)], strict=True)]
        context = {"media_type": sample.carried.media_type} if sample.carried.media_type else {}
        reply = redactor.target.call("redact_chunks", {"chunks": chunks, **context})
        whole = redactor.ask([sample.ask()])[0].text
        return judge_split(sample, chunks, answer_stream(reply, sample.text), whole)

    strategy = st.tuples(_samples(corpus), st.lists(st.integers(0, 600), min_size=1, max_size=6))
    drawn = _minimal(strategy, lambda d: violation(d) is not None, spec, case)
    if drawn is not None:
        judge_all([violation(drawn)])


def _samples(corpus: Corpus) -> SearchStrategy[Sample]:
    """Any combination that fits, with noise on its own lines before and after."""
    from hypothesis import strategies as st

    noise = st.lists(st.sampled_from(NOISE), max_size=6).map("".join)

    def build(parts: tuple[Combination, int, str, str]) -> Sample:
        combination, seed, before, after = parts
        sample = make(combination, seed)
        if not before and not after:
            return sample
        # A backslash or an equals sign before a line end joins the lines: the noise would be glued on.
        joined = "\n".join([before.rstrip("\\="), sample.text, after])
        return replace(
            sample, carried=Carried(joined, sample.carried.keep, None), name=f"{sample.name}+noise", replayable=False
        )

    return (
        st.tuples(
            st.builds(
                Combination,
                st.sampled_from(corpus.kinds),
                st.sampled_from(corpus.carriers),
                st.sampled_from(corpus.encodings),
            ).filter(lambda c: fit(c.kind, c.carrier, c.encoding)),
            st.integers(0, 1000),
            noise,
            noise,
        )
        .map(build)
    )  # fmt: skip


def _minimal(strategy: SearchStrategy[T], wrong: Callable[[T], bool], spec: Spec, case: Case) -> T | None:
    """The smallest drawn value that is wrong, or None.

    The pr profile is derandomised; nightly is random and keeps what it found in ``.letsbe/examples``,
    which replay tries again.
    """
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.database import DirectoryBasedExampleDatabase
    from hypothesis.errors import NoSuchExample

    profile: dict[str, Any] = {"derandomize": True, "database": None, "phases": (Phase.generate, Phase.shrink)}
    if spec.profile != "pr":
        phases = (
            (Phase.reuse, Phase.shrink) if spec.profile == "replay" else (Phase.reuse, Phase.generate, Phase.shrink)
        )
        database = DirectoryBasedExampleDatabase(spec.root / ".letsbe" / "examples")
        profile = {"database": database, "phases": phases}
    limits = settings(max_examples=case.samples, deadline=None, suppress_health_check=list(HealthCheck), **profile)
    try:
        return find(strategy, wrong, settings=limits, database_key=case.id.encode())
    except NoSuchExample:
        return None


RULES = (Rule(NO_LEAK, _cases, _judge), Rule(CHUNKS, _stream_cases, _judge_stream))
