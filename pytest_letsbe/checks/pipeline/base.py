"""The policy of the merge base, so that a change can't loosen the gate it passes."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ... import strict_yaml
from ...model import UsageError
from .policy import FILENAME, Policy, read

SECONDS = 20.0
MANIFEST = "letsbe.yaml"


@dataclass(frozen=True, slots=True)
class Base:
    """``policy`` is None where the base has none, ``problem`` says why the base couldn't be read."""

    policy: Policy | None = None
    problem: str = ""
    commit: str = ""


def read_base(root: Path, wanted: str | None, branch: str) -> Base:
    """The policy that stood where this change began; nothing outside git, or in a repo that has no other commit.

    Args:
        wanted: the branch the change goes to; ``origin/<branch>`` or ``<branch>`` when None.
    """
    if not (git := Git(root)).inside:
        return Base(problem=f"base: {wanted!r}: {root} is no git repository") if wanted else Base()
    candidates = [wanted] if wanted else [f"origin/{branch}", branch]
    for candidate in candidates:
        commit = git.text("merge-base", "HEAD", candidate) if not candidate.startswith("-") else None
        if commit:
            return _at(git, commit.strip())
    if wanted or git.text("remote"):
        mend = f"git fetch origin {branch} (a shallow clone has no merge base: fetch-depth: 0)"
        return Base(problem=f"there is no merge base with {' or '.join(candidates)}: {mend}")
    return Base()


def _at(git: Git, commit: str) -> Base:
    manifest = git.show(commit, MANIFEST)
    options: dict[str, object] = {}
    if manifest is not None:
        try:
            data = strict_yaml.loads(manifest, shown_as=f"{commit[:12]}:{MANIFEST}").data
            options = dict(data["checks"]["pipeline"] or {})
        except (UsageError, KeyError, TypeError, ValueError):
            options = {}
    name = str(options.get("policy") or FILENAME)
    raw = git.show(commit, name)
    if raw is None:
        return Base(commit=commit)
    try:
        return Base(read(raw, f"{commit[:12]}:{name}"), commit=commit)
    except UsageError as error:
        return Base(problem=f"the policy of the merge base can't be read: {error}", commit=commit)


class Git:
    """Reading git commands in a folder, without the caller's GIT_* environment, each with a deadline."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def inside(self) -> bool:
        return (self.text("rev-parse", "--is-inside-work-tree") or "").strip() == "true"

    def show(self, commit: str, path: str) -> bytes | None:
        """A file of a commit, by its path below the folder; None where it isn't one there."""
        return self.bytes("show", f"{commit}:./{path}")

    def text(self, *arguments: str) -> str | None:
        found = self.bytes(*arguments)
        return None if found is None else found.decode("utf-8", "surrogateescape")

    def bytes(self, *arguments: str) -> bytes | None:
        """What the command prints, or None when it fails, takes too long, or there is no git."""
        command = ["git", "-C", os.fspath(self._root), "-c", "core.quotepath=off", "-c", "core.fsmonitor=false"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k == "GIT_CONFIG_GLOBAL"}
        environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"}
        try:
            ran = subprocess.run(
                [*command, *arguments], capture_output=True, check=False, env=environment, timeout=SECONDS,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        return ran.stdout if ran.returncode == 0 else None
