"""More cores: other interpreters that judge a share of the files each. What comes back holds no value."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .engine import Engine
from .enumerate import Entry

if TYPE_CHECKING:
    from .tree import Scan, Scope

#: Shares are dealt in pieces, so that one folder of huge files doesn't fall to one worker.
_PIECE = 64


def run(engine: Engine, scope: Scope, entries: Sequence[Entry], jobs: int) -> Scan:
    """Judge files in ``jobs`` processes, this one included. A worker that dies has its share judged here."""
    from .tree import judge_all

    shares: list[list[Entry]] = [[] for _ in range(jobs)]
    for place in range(0, len(entries), _PIECE):
        shares[place // _PIECE % jobs] += entries[place : place + _PIECE]
    children = [_start(engine, scope, share) for share in shares[1:]]
    result = judge_all(engine, scope, shares[0], share_of=jobs)
    for child, share in zip(children, shares[1:], strict=True):
        output = child.communicate()[0]
        result.add(pickle.loads(output) if child.returncode == 0 else judge_all(engine, scope, share))  # noqa: S301
    return result


def _start(engine: Engine, scope: Scope, share: list[Entry]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest_letsbe.scan.workers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if child.stdin is not None:
        try:
            with child.stdin as pipe:
                pickle.dump((engine.rules, engine.fast, engine.hyper, scope, share), pipe)
        except BrokenPipeError:
            pass
        child.stdin = None
    return child


def main() -> None:
    """Read a share from standard input, write its scan to standard output."""
    from .tree import judge_all

    rules, fast, hyper, scope, share = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started us
    pickle.dump(judge_all(Engine(rules, fast=fast, hyper=hyper), scope, share), sys.stdout.buffer)


if __name__ == "__main__":
    main()
