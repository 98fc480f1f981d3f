"""tenant-isolation: what one tenant sends or registers never shows in another's answer, also when asked at once."""

from __future__ import annotations

from collections.abc import Iterator

from ....masking import excerpt, mask_runs
from ....model import Case, Invariant, Spec
from ..client import Ask, Redactor, answer, answer_stream
from ..corpus import Corpus
from ..model import Secret
from ..oracle import find_leak
from .base import Rule, Violation, case, judge_all
from .made_up import made_up

TENANTS = Invariant(
    "tenant-isolation",
    "Asked at once, each tenant gets its own text, without its own secrets, untouched by what others registered.",
)

_COUNT = 8
_ROUNDS = 12


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    yield case(TENANTS, "interleaved", spec.location, _COUNT * _ROUNDS)
    yield case(TENANTS, "streams", spec.location, _COUNT)
    for name in _ORDERS:
        yield case(TENANTS, name, spec.location, 2 * _COUNT)


#: The tenant that registered a value asks at the same time as, before, or after the one that didn't.
_ORDERS = ("registered-elsewhere", "registered-before", "registered-after")


def _names(tenant: int) -> tuple[str, str]:
    """A tenant's marker, which must stay, and its registered value, which must go."""
    marker, first, second = made_up(f"tenant-{tenant}", 0, 3)
    return marker, f"{first} {second}"


def _judge(case: Case, redactor: Redactor) -> None:
    if case.name == "interleaved":
        judge_all(_interleaved(redactor))
    elif case.name == "streams":
        judge_all(_streams(redactor))
    else:
        judge_all(_elsewhere(redactor, case.name))


def _interleaved(redactor: Redactor) -> Iterator[Violation]:
    """All tenants in flight together; every answer is its own tenant's."""
    asks = []
    for turn in range(_ROUNDS):
        for tenant in range(_COUNT):
            marker, value = _names(tenant)
            padding = "word " * ((turn * 7 + tenant * 13) % 60)  # requests of different cost overtake each other
            text = f"tenant {marker} turn {turn}: {padding}the value is {value}.\n"
            asks.append((tenant, Ask(text, secrets=(value,), tenant=f"tenant-{tenant}")))
    replies = redactor.target.call_many("redact", [ask.input() for _, ask in asks], window=_COUNT * 2)
    for (tenant, ask), reply in zip(asks, replies, strict=True):
        got = answer(reply)
        marker, value = _names(tenant)
        name = f"tenant-{tenant}"
        if find_leak(got.text, Secret("registered value", value, (value,), "", True), given=ask.text) is not None:
            yield Violation(name, "a tenant's own registered value survived while others were served")
        elif not got.text.startswith(ask.text.split(":")[0]) or got.text.find("\n") != len(got.text) - 1:
            yield Violation(name, "a tenant's answer isn't the answer to its own text", [f"got {mask_runs(got.text)}"])
        for other in range(_COUNT):
            if other != tenant and any(foreign in got.text + got.rest for foreign in _names(other)):
                yield Violation(name, f"tenant-{other}'s data stands in the answer to tenant-{tenant}")


def _streams(redactor: Redactor) -> Iterator[Violation]:
    """All tenants stream at once, the last line without its end: each gets its own text, all of it, and no more."""
    if not redactor.has_streams():
        return
    inputs, texts = list[dict[str, object]](), list[str]()
    for tenant in range(_COUNT):
        marker, value = _names(tenant)
        # To this tenant the value of the next is an ordinary word.
        text = f"tenant {marker} holds {value} beside {_names((tenant + 1) % _COUNT)[1]} and stops"
        chunks = [text[at : at + 6] for at in range(0, len(text), 6)]
        inputs.append({"chunks": chunks, "secrets": [value], "tenant": f"tenant-{tenant}"})
        texts.append(text)
    replies = redactor.target.call_many("redact_chunks", inputs, window=_COUNT)
    for tenant, (text, reply) in enumerate(zip(texts, replies, strict=True)):
        got = answer_stream(reply, text)
        value, name = _names(tenant)[1], f"tenant-{tenant}"
        before, after = text.split(value)
        if find_leak(got.text + got.rest, Secret("registered value", value, (value,), "", True)) is not None:
            yield Violation(name, "a tenant's own registered value survived in its stream while others were served")
        elif not (got.text.startswith(before) and got.text.endswith(after)):
            lines = [f"sent      {text}", f"came back {excerpt(got.text, before + after)}"]
            yield Violation(name, "a tenant's stream isn't its own text less its own registered value", lines)


def _elsewhere(redactor: Redactor, order: str) -> Iterator[Violation]:
    """The same text for two tenants, of which one registered a word in it.

    To the other it is an ordinary word: touching it tells that somebody registered it.
    """
    texts = [f"we keep {_names(n)[1]} on file, {order}\n" for n in range(_COUNT)]
    theirs = [Ask(text, secrets=(_names(n)[1],), tenant=f"tenant-{n}") for n, text in enumerate(texts)]
    mine = [Ask(text, tenant="tenant-other") for text in texts]
    if order == "registered-elsewhere":
        answers = redactor.ask([ask for pair in zip(theirs, mine, strict=True) for ask in pair], fresh=True)
        for_them, for_me = answers[::2], answers[1::2]
    elif order == "registered-before":
        for_them, for_me = redactor.ask(theirs, fresh=True), redactor.ask(mine, fresh=True)
    else:
        for_me, for_them = redactor.ask(mine, fresh=True), redactor.ask(theirs, fresh=True)
    for number, (ask, got) in enumerate(zip(mine, for_me, strict=True)):
        if got.text != ask.text:
            lines = [f"sent      {ask.text.strip()}", f"came back {excerpt(got.text, ask.text)}"]
            yield Violation("tenant-other", "a value that another tenant registered changed this tenant's text", lines)
        value = _names(number)[1]
        secret = Secret("registered value", value, (value,), "", True)
        if find_leak(for_them[number].text, secret, given=ask.text) is not None:
            yield Violation(f"tenant-{number}", "a registered value survived in a text that another tenant sent too")


RULES = (Rule(TENANTS, _cases, _judge),)
