"""One change and everything known of it, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...git import Git
from ...model import CheckFailure, NotEvaluated, Spec, UsageError
from .diff import CRITICAL, GATE, Change, from_git, recorded
from .options import ChangesOptions
from .people import Verdict, authors_of, verdict
from .source import Nothing, Recorded, Source, login, one, rows

DIFF = "diff.raw"


@dataclass(frozen=True)
class Judged:
    """What the rules look at."""

    spec: Spec

    @property
    def options(self) -> ChangesOptions:
        options: ChangesOptions = self.spec.options
        return options

    @property
    def folder(self) -> Path | None:
        return self.spec.root / self.options.data if self.options.data else None

    @property
    def critical(self) -> tuple[str, ...]:
        return (*CRITICAL, *self.options.critical)

    @cached_property
    def source(self) -> Source:
        if self.options.live is not None:
            from .live import LiveServer

            return LiveServer(self.options.live)
        if self.folder is None:
            return Nothing()
        if not self.folder.is_dir():
            raise UsageError(f"changes: data folder {self.options.data!r} isn't there", self.spec.at("data"))
        return Recorded(self.folder, str(self.options.data))

    @cached_property
    def change(self) -> Change:
        """The change, from git, or from ``diff.raw`` of a recording that may be committed."""
        if self.options.committed and self.folder is not None and (self.folder / DIFF).is_file():
            return recorded((self.folder / DIFF).read_bytes(), self.head)
        return from_git(self.spec.root, self.options.base, (*self.critical, *GATE))

    @cached_property
    def head(self) -> str:
        """The commit that the pull request stands at, as the server says."""
        head = one(self.source, "pull").get("head")
        sha = head.get("sha") if isinstance(head, dict) else None
        if not isinstance(sha, str) or not sha:
            raise NotEvaluated("pull.json names no head commit")
        return sha

    @cached_property
    def verdict(self) -> Verdict:
        """The reviews of this head that count."""
        closed = [login(u) for u in self.source.answer("users") or [] if isinstance(u, dict) and _closed(u)]
        return verdict(rows(self.source, "reviews"), self.head, authors_of(self.source), self.options.bots, closed)

    def trust(self) -> None:
        """Data that the change itself could have brought is worth nothing.

        Raises:
            CheckFailure: the folder is committed, or speaks of another commit.
        """
        if self.folder is not None and not self.options.committed:
            listed = Git(self.spec.root).bytes("ls-files", "-z", "--", str(self.options.data))
            if listed:
                sentence = f"{self.options.data} is committed: a change could bring its own reviews"
                raise CheckFailure(sentence, evidence=["mend: record it in the job, into a folder that git ignores"])
        if self.head not in self.change.heads:
            short = ", ".join(head[:12] for head in self.change.heads)
            raise CheckFailure(f"the data is of commit {self.head[:12]}, the change ends at {short}")


def _closed(user: dict[str, object]) -> bool:
    return user.get("active") is False or user.get("prohibit_login") is True
