"""One manifest's runs: the first, the second, and those that are killed on the way; each happens once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from ...model import CheckFailure, NotEvaluated
from . import secrets
from .options import SmokeOptions
from .rootfs import Entry, Rootfs, differences
from .sandbox import Job, Kill, Run, run
from .shims import commands

#: So many moments before a command, spread over the run; the nightly profile takes more.
_MOMENTS = {"nightly": 40}
_FEW = 6


class Story:
    """Made by ``cases``, told when the first case asks."""

    def __init__(self, root: Path, options: SmokeOptions, profile: str) -> None:
        self.options = options
        self.given = secrets.made_up(list(options.secrets))
        self.files = [name for name in options.secrets if name.startswith("/")]
        self.job = Job(
            root, tuple(options.run), {**options.env, **self.given}, options.timeout, frozenset(options.expect.ports)
        )
        self._moments = _MOMENTS.get(profile, _FEW)
        self._open: list[Rootfs] = []

    def fresh(self) -> Rootfs:
        made = Rootfs(self.options.stubs)
        self._open.append(made)
        return made

    @cached_property
    def rootfs(self) -> Rootfs:
        return self.fresh()

    @cached_property
    def before(self) -> dict[str, Entry]:
        return self.rootfs.state()

    @cached_property
    def first(self) -> Run:
        _ = self.before  # taken before anything runs
        return run(self.rootfs, self.job)

    @cached_property
    def after_first(self) -> dict[str, Entry]:
        self.finished_first()
        return self.rootfs.state()

    @cached_property
    def second(self) -> Run:
        _ = self.after_first
        return run(self.rootfs, self.job)

    def finished_first(self) -> Run:
        """The first run, when it worked; the other statements say nothing about one that didn't."""
        if self.first.code != 0:
            raise NotEvaluated(f"the first run didn't work: {ending(self.first, self.job.timeout)}")
        return self.first

    @cached_property
    def known(self) -> dict[bytes, str]:
        self.finished_first()
        return secrets.values(self.rootfs, self.given, self.files)

    @cached_property
    def other(self) -> dict[str, Entry]:
        """What a second fresh root becomes: where it differs, chance is at work (a secret is made anew)."""
        rootfs = self.fresh()
        ended = run(rootfs, self.job)
        if ended.code != 0:
            raise CheckFailure(f"in a second fresh root it doesn't work: {ending(ended, self.job.timeout)}")
        return rootfs.state()

    def kills(self) -> list[Kill]:
        """Moments over the whole run: before the first command, before the last, and between; and by the clock."""
        count, wanted = len(commands(self.finished_first().arguments)), self._moments
        places = sorted({1 + (count - 1) * step // (wanted - 1) for step in range(wanted)}) if count else []
        third = self.first.seconds / 3
        return [*(Kill(command=place) for place in places), Kill(seconds=third), Kill(seconds=2 * third)]

    def interrupted(self, kill: Kill) -> Iterator[str]:
        """What is wrong after a run that was killed there, and after the run that follows it."""
        varying = frozenset(
            n for n, e in self.after_first.items() if n in self.other and e.digest != self.other[n].digest
        )
        rootfs = self.fresh()
        try:
            run(rootfs, self.job, kill)
            known = secrets.values(rootfs, self.given, self.files)
            yield from secrets.open_files(rootfs, known, self.files)
            again = run(rootfs, replace(self.job))
            if again.code != 0:
                yield f"the run that follows doesn't work: {ending(again, self.job.timeout)}"
            else:
                yield from differences(self.after_first, rootfs.state(), varying)
        finally:
            rootfs.close()
            self._open.remove(rootfs)

    def close(self) -> None:
        while self._open:
            self._open.pop().close()


def ending(ended: Run, timeout: float) -> str:
    """How a run ended, in words."""
    if ended.late:
        return f"it didn't end within {timeout:g} s"
    return "it was killed" if ended.code is None else f"exit {ended.code}"
