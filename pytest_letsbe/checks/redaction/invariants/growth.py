"""linear-growth: twice the text costs twice the work, not four times."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence

from ....model import Case, CheckFailure, Invariant, NotEvaluated, Spec
from ....targets.base import TargetDead, Unsupported
from ..client import Redactor
from ..corpus import Corpus
from ..synth import synthesise
from .base import Rule, case

GROWTH = Invariant(
    "linear-growth",
    "The cost of n, 2n, 4n and 8n characters grows with an exponent of at most 1.5.",
    "a quadratic pattern has 2: one line of a megabyte stops the agent",
)

LIMIT = 1.5
#: Below this many seconds for the largest text a quadratic redactor can't be told from a linear one, nor hurts.
FLOOR = 0.04
SMALLEST = 4_000
LARGEST = 2_000_000
#: Characters in a piece of a stream: a window that is searched again with each of them may be 100 times as long.
PIECE = 64
#: A finding was measured so often again, each size at its cheapest, unless its exponent and seconds are beyond doubt.
AGAIN = 3
CLEAR, SURE = 1.8, 0.5

#: Shapes that made real patterns quadratic: near misses that begin everywhere and end nowhere. The last character of
#: a run is another one, or a pattern that wants the run's end would match at once.
SHAPES: dict[str, Callable[[int], str]] = {
    "prose": lambda n: _repeat("The quick agent reads a file, writes a line, and waits. ", n),
    "one-letter": lambda n: "a" * (n - 1) + "!",
    "spaces": lambda n: " " * (n - 1) + "!",
    "newlines": lambda n: "\n" * (n - 1) + "!",
    "base64-run": lambda n: _repeat("QUJD", n),
    "hex-run": lambda n: _repeat("0123456789abcdef", n),
    "token-prefixes": lambda n: _repeat("gh" + "p_", n),
    "key-value": lambda n: _repeat("password=", n),
    "quotes": lambda n: _repeat('"', n),
    "backslashes": lambda n: "\\" * (n - 1) + "!",
    "percent": lambda n: _repeat("%25", n),
    "entities": lambda n: _repeat("&amp;", n),
    "open-brackets": lambda n: _repeat("[{", n),
    "pem-headers": lambda n: _repeat("-----BEGIN PRIVATE KEY-----\n", n),
    "digits": lambda n: _repeat("4111 ", n),
    "commas": lambda n: _repeat("1,", n),
    "array-of-strings": lambda n: _repeat('["a",', n),
    "dots": lambda n: _repeat("a.", n),
    "at-signs": lambda n: _repeat("a@", n),
    "urls": lambda n: _repeat("https://a:", n),
    "json-escapes": lambda n: _repeat("\\u0041", n),
    "dashes": lambda n: "-" * (n - 1) + "!",
    "zero-width": lambda n: _repeat("a\u200b", n),
    "sse-frames": lambda n: _repeat('data: {"choices":[{"delta":{"content":"a"}}]}\n\n', n),
}


def _repeat(piece: str, n: int) -> str:
    return (piece * (n // len(piece) + 1))[:n]


def _cases(corpus: Corpus, spec: Spec) -> Iterator[Case]:
    for name in sorted(SHAPES):
        yield case(GROWTH, name, spec.location, 4, SHAPES[name])
    lines = [f"line {seed}: {synthesise(kind, seed).value}\n" for kind in corpus.kinds[:40] for seed in range(2)]
    yield case(GROWTH, "many-secrets", spec.location, 4, lambda n: _repeat("".join(lines), n))
    yield case(GROWTH, "stream-of-pieces", spec.location, 4, SHAPES["prose"])


def _judge(case: Case, redactor: Redactor) -> None:
    streamed = case.name == "stream-of-pieces"
    if streamed and not redactor.has_streams():
        return
    n = SMALLEST
    while True:
        sizes = [n, 2 * n, 4 * n, 8 * n]
        costs = [_cost(redactor, case.data(size), streamed=streamed) for size in sizes]
        # A curve that bends but doesn't yet show why is looked at again, further out.
        settled = costs[-1] >= FLOOR and not 1.2 < exponent(sizes, costs) <= LIMIT
        if settled or sizes[-1] * 2 > LARGEST or costs[-1] > 3.0:
            break
        # Grow towards the floor at once: doubling step by step would cost as much again.
        n = min(LARGEST // 8, n * max(2, min(16, int(FLOOR / max(costs[-1], 1e-4)))))
    # Measured again before it is called a finding: a busy machine can bend one curve, rarely four.
    fitted = exponent(sizes, costs) if costs[-1] >= FLOOR else 0.0
    for _ in range(AGAIN):
        if fitted > LIMIT and not (fitted > CLEAR and costs[-1] > SURE):
            again = [_cost(redactor, case.data(size), streamed=streamed) for size in sizes]
            costs = list(map(min, costs, again))
            fitted = exponent(sizes, costs)
    if fitted > LIMIT:
        lines = [f"{size:>9,} characters: {cost * 1000:8.1f} ms" for size, cost in zip(sizes, costs, strict=True)]
        raise CheckFailure(
            f"the cost of {case.name.replace('-', ' ')} grows with exponent {fitted:.2f} (limit {LIMIT})",
            evidence=lines,
        )


def _cost(redactor: Redactor, text: str, *, streamed: bool) -> float:
    """Seconds of the target's CPU for one text or stream; wall time where CPU time can't be read."""
    op, given = "redact", dict[str, object](text=text)
    if streamed:
        op, given = "redact_chunks", {"chunks": [text[at : at + PIECE] for at in range(0, len(text), PIECE)]}
    before, wall = redactor.target.cpu_seconds(), time.perf_counter()
    try:
        reply = redactor.target.call(op, given)
    except TargetDead as death:
        if death.silent:
            raise CheckFailure(f"{len(text):,} characters weren't redacted within the deadline") from None
        raise
    if isinstance(reply, Unsupported):
        raise NotEvaluated(f"the target doesn't support {op}: {reply.why}")
    after = redactor.target.cpu_seconds()
    spent = time.perf_counter() - wall
    return max(after - before, 1e-5) if before is not None and after is not None else spent


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """Slope of log cost over log size, by least squares over the sizes whose cost can be told from nothing."""
    points = [(math.log(s), math.log(c)) for s, c in zip(sizes, costs, strict=True) if c >= costs[-1] / 1000]
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


RULES = (Rule(GROWTH, _cases, _judge),)
