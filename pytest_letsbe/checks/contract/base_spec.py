"""The old description: in a commit, in a file, or at a url; with the files that it refers to."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ...model import UsageError, Vacuous
from ...openapi.load import MAX_BYTES, Document, load_with
from .contract import Contract

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
        raise UsageError("base takes exactly one of git, file, url", contract.spec.location)
    if base.git:
        return _of_commit(contract, base.git)
    if base.file:
        return load_with(base.file, lambda name: (contract.spec.root / name).read_bytes())
    return load_with(str(base.url), _fetch)


def _of_commit(contract: Contract, wanted: str) -> Document:
    commit, _, path = wanted.partition(":")
    path = path or contract.options.spec
    root = contract.spec.root
    if _git(root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
        mend = "fetch it (actions/checkout with fetch-depth: 0), or name another under base.git"
        raise UsageError(f"git knows no commit {commit!r}: {mend}", contract.spec.location)
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


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _fetch(url: str) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise FileNotFoundError(2, "only http and https are fetched")
    try:
        with urlopen(url, timeout=TIMEOUT) as reply:  # noqa: S310
            return bytes(reply.read(MAX_BYTES + 1))
    except (URLError, TimeoutError, ValueError) as error:
        raise OSError(5, f"can't be fetched: {error}") from None
