"""The old description: in a commit, in a file, or at a url; with the files that it refers to."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ...model import UsageError, Vacuous
from ...openapi.load import Document, load_with
from .contract import Contract
from .fetch import fetch

TIMEOUT = 30.0


def new_description(contract: Contract) -> Document:
    """The description as it is, read anew by the differ, which follows references into other files."""
    return load_with(contract.options.spec, lambda name: (contract.spec.root / name).read_bytes())


def old_description(contract: Contract) -> Document:
    """What clients were promised.

    Raises:
        UsageError: the options, or what they name, are off.
        Vacuous: the commit has no such file, so nothing was promised.
    """
    base = contract.options.base
    chosen = [value for value in (base.git, base.file, base.url) if value] if base else []
    if base is None or len(chosen) != 1:
        raise UsageError("base takes exactly one of git, file, url", contract.spec.at("base"))
    if base.git:
        return _of_commit(contract, base.git)
    if base.file:
        return load_with(base.file, lambda name: (contract.spec.root / name).read_bytes())
    return load_with(str(base.url), fetch)


def _of_commit(contract: Contract, wanted: str) -> Document:
    commit, _, path = wanted.partition(":")
    path = path or contract.options.spec
    root = contract.spec.root
    if _git(root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
        raise UsageError(_no_commit(root, commit), contract.spec.at("base"))
    if _git(root, "cat-file", "-e", f"{commit}:./{path}") is None:
        raise Vacuous(
            f"{commit} has no {path}: nothing was promised yet. If it was called otherwise, say base: {{git:"
            f" {commit}:old/path.yaml}}; if it is new, waive this item in the change that adds it"
        )

    def read(name: str) -> bytes:
        found = _git(root, "show", f"{commit}:./{name}")
        if found is None:
            raise FileNotFoundError(2, f"{commit} has no {name}")
        return found

    return load_with(path, read)


def _no_commit(root: Path, commit: str) -> str:
    """Why git can't show it, with the mend."""
    inside = _run(root, "rev-parse", "--is-shallow-repository")
    if isinstance(inside, str):
        return f"base: {{git: {commit}}} can't be read: {inside}"
    if inside.returncode:
        said = inside.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"base: {{git: {commit}}} can't be read: git says {said[0] if said else 'nothing'}"
    remote, slash, branch = commit.partition("/")
    how = f"git fetch {remote} {branch}:refs/remotes/{commit}" if slash else "git fetch --unshallow"
    mend = f"fetch it ({how}; actions/checkout with fetch-depth: 0), or name another under base.git"
    shallow = ": this clone is shallow, it holds the last commits only" if inside.stdout.strip() == b"true" else ""
    return f"git knows no commit {commit!r}{shallow}; {mend}"


def _git(root: Path, *arguments: str) -> bytes | None:
    done = _run(root, *arguments)
    return done.stdout if not isinstance(done, str) and done.returncode == 0 else None


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes] | str:
    """What git did, or why it couldn't be started."""
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, timeout=TIMEOUT, check=False)
    except FileNotFoundError:
        return "git isn't installed"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"git can't be asked: {error}"
