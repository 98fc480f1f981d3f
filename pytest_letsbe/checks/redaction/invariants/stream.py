"""chunk-invariant: a stream is redacted the same however it is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....masking import mask_runs
from ....model import Case, CheckFailure, Invariant, Spec
from ..client import Answer, Redactor, answer_stream
from ..corpus import Corpus
from ..model import Carried, Kind
from ..samples import Sample, evidence
from ..synth import synthesise
from .base import Rule, Violation, case, judge_all, seeds
from .leak import long_secrets, one_line, several_lines, windows
from .liveness import SENTENCES

CHUNKS = Invariant(
    "chunk-invariant",
    "Cut anywhere, a stream leaks nothing, and its pieces joined are the text redacted whole.",
    "redacting each chunk alone leaks at 443 of 713 split offsets; litellm#41611, NVIDIA/OpenShell#2763",
)

#: At most this many places of one token are cut, evenly spread, in the pr profile.
CUTS = 16


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for kind in corpus.kinds:
        if kind.bare:
            yield case(CHUNKS, kind.id, kind.location, seeds(spec, 1) * CUTS, kind)
    tokens = one_line([kind for kind in corpus.kinds if kind.bare])
    if tokens:
        yield case(CHUNKS, "long-text", spec.location, len(_SIZES), windows(tokens, 1))
    blocks = several_lines(corpus.kinds)
    if blocks:
        yield case(CHUNKS, "long-secrets", spec.location, 1, long_secrets(blocks))
    yield case(CHUNKS, "no-chunks", spec.location, 1)
    yield case(CHUNKS, "plain-text", spec.location, len(_PLAIN), _PLAIN)


def _judge(case: Case, redactor: Redactor) -> None:
    if case.name.startswith("long-"):
        _judge_long_text(case.data, _SIZES[: case.samples], redactor)
    elif case.name == "plain-text":
        judge_all(_plain_violations(case.data, redactor))
    elif case.name == "no-chunks":
        joined = "".join(redactor.redact_chunks([]))
        if joined:
            raise CheckFailure("a stream of no chunks came back as text", evidence=[f"came back {mask_runs(joined)}"])
    else:
        for seed in range(case.samples // CUTS):
            sample = _in_prose(case.data, seed)
            judge_all(_violations(sample, list(_splits(sample)), redactor))


#: Streams without a secret, with an end of line and without. Emoji are two UTF-16 units and four bytes long: the run of
#: them is cut within one at whatever number of either, the second time with one more before it.
_EMOJI = "\U0001f680" * 40
_PLAIN = (*SENTENCES, "one\r\n\n\ttwo \u65e5\u672c\n\n", f"{_EMOJI}x{_EMOJI}", " ".join(SENTENCES))
#: A long text in pieces as a model and a socket hand them over: 440 of them and 7.
_SIZES = (251, 16_384)


def _judge_long_text(samples: Sequence[Sample], sizes: Sequence[int], redactor: Redactor) -> None:
    """A buffer that fills up, a window that slides, a stream of many pieces: what is secret in a long text goes."""
    for sample in samples:
        text = sample.text
        splits = [[text[at : at + size] for at in range(0, len(text), size)] for size in sizes]
        judge_all(_violations(sample, splits, redactor))


def _plain_violations(texts: Sequence[str], redactor: Redactor) -> Iterator[Violation]:
    """What is held back for a secret that never comes is handed out at the end, whole."""
    splits = [(text, size) for text in texts for size in (1, 5, len(text))]
    inputs = [{"chunks": [text[at : at + size] for at in range(0, len(text), size)]} for text, size in splits]
    for (text, size), reply in zip(splits, redactor.target.call_many("redact_chunks", inputs), strict=True):
        back = answer_stream(reply, text).text
        if back != text:
            lines = [f"sent      {text!r}", f"came back {mask_runs(back)!r}"]
            sentence = f"a stream without a secret, {size} characters a piece, came back changed"
            yield Violation(f"plain-text@{size}", sentence, lines)


def _in_prose(kind: Kind, seed: int) -> Sample:
    secret = synthesise(kind, seed)
    text = f"The agent wrote:\n{secret.value}\nand went on with the next file.\n"
    return Sample(f"{kind.id}/stream/plain#{seed}", secret, Carried(text, ()))


def _splits(sample: Sample) -> Iterator[list[str]]:
    """Two pieces cut at each place of the token, then one piece, every character by itself, pieces of seven."""
    text = sample.text
    start = text.index(sample.secret.value)
    stop = start + len(sample.secret.value)
    places = range(start, stop + 1, max(1, (stop - start) // CUTS))
    for place in places:
        yield [text[:place], text[place:]]
    yield [text]
    yield list(text)
    yield [text[i : i + 7] for i in range(0, len(text), 7)]
    yield [text[:start], "", text[start:stop], "", text[stop:]]


def _violations(sample: Sample, splits: Sequence[list[str]], redactor: Redactor) -> Iterator[Violation]:
    whole = redactor.ask([sample.ask()])[0].text
    replies = redactor.target.call_many("redact_chunks", [{"chunks": chunks} for chunks in splits])
    for chunks, reply in zip(splits, replies, strict=True):
        violation = judge_split(sample, chunks, answer_stream(reply, sample.text), whole)
        if violation is not None:
            yield violation


def judge_split(sample: Sample, chunks: Sequence[str], answer: Answer, whole: str) -> Violation | None:
    """Judge one cut of one text against the text redacted whole."""
    cut = f"cut into {len(chunks)} pieces, the first of {len(chunks[0]) if chunks else 0} characters"
    name = f"{sample.name}@{len(chunks[0]) if len(chunks) == 2 else f'{len(chunks)}-pieces'}"
    output, leak = answer.text, sample.leak(answer)
    if leak is not None:
        return Violation(name, f"{sample.secret.kind} survived in a stream {cut}", evidence(sample, leak, output))
    if output != whole:
        lines = [f"whole    {sample.excerpt(whole)}", f"stream   {sample.excerpt(output)}"]
        return Violation(
            name, f"a stream with a {sample.secret.kind}, {cut}, came back different from the whole", lines
        )
    return None


RULES = (Rule(CHUNKS, _cases, _judge),)
