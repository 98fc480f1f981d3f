"""liveness: the redactor answers, and hands plain prose back unchanged."""

from __future__ import annotations

from collections.abc import Iterable

from ....masking import mask_runs
from ....model import Case, CheckFailure, Invariant, Spec
from ..client import Ask, Redactor
from ..corpus import Corpus
from .base import Rule, case

LIVENESS = Invariant(
    "liveness",
    "The redactor answers, and a plain sentence with nothing to hide comes back unchanged.",
    "a target that deletes everything leaks nothing either",
)

SENTENCES = (
    "The deployment finished and all three services answered within a second.",
    "Grüße aus Köln: 日本語 and emoji \U0001f680 are ordinary text.",
    "ok",
)


def _cases(corpus: Corpus, spec: Spec) -> Iterable[Case]:
    yield case(LIVENESS, "hello", spec.location, 1)
    yield case(LIVENESS, "plain-text", spec.location, len(SENTENCES))


def _judge(case: Case, redactor: Redactor) -> None:
    if case.name == "hello":
        redactor.target.hello()
        return
    for sentence, answer in zip(SENTENCES, redactor.ask([Ask(s) for s in SENTENCES]), strict=True):
        if answer.text != sentence:
            raise CheckFailure(
                "a plain sentence with nothing to hide came back changed",
                evidence=[f"sent      {sentence!r}", f"came back {mask_runs(answer.text)!r}"],
            )


RULES = (Rule(LIVENESS, _cases, _judge),)
