"""The policy of the merge base, so that a change can't loosen the gate it passes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ... import strict_yaml
from ...git import Git
from ...model import UsageError
from .policy import FILENAME, Policy, read

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
