"""The migrations of the working tree, and those of the base: what is deployed already."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from ...model import CheckFailure, Location, NotEvaluated
from .options import Base

FILE = "migration.sql"
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration; ``path`` is its file below the manifest's folder."""

    name: str
    path: str
    raw: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace").removeprefix("\ufeff")

    def at(self, line: int = 1) -> Location:
        return Location(self.path, line)


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the base knows: ``tip`` is applied in production, ``fork`` is what the working tree started from."""

    label: str
    tip: tuple[Migration, ...]
    fork: tuple[Migration, ...]


def of_tree(root: Path, folder: str) -> tuple[Migration, ...]:
    """The migrations of a folder, in the order Prisma applies them: by name."""
    place = root / folder
    if not place.is_dir():
        return ()
    folders = sorted(one for one in place.iterdir() if one.is_dir() and (one / FILE).is_file())
    return tuple(
        Migration(one.name, f"{folder.rstrip('/')}/{one.name}/{FILE}", (one / FILE).read_bytes()) for one in folders
    )


def of_base(root: Path, folder: str, base: Base) -> Deployed:
    """The base's migrations. Raises CheckFailure with the mend, NotEvaluated when the manifest names no base."""
    if base.file is not None:
        if not (root / base.file).is_dir():
            raise CheckFailure(f"checks.migrations.base.file: there is no folder {base.file}")
        found = of_tree(root, base.file)
        return Deployed(base.file, found, found)
    if base.git is None:
        raise NotEvaluated("checks.migrations.base names neither `git` nor `file`: what is deployed isn't known")
    tip = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base.git}^{{commit}}")
    if tip is None:
        raise CheckFailure(
            f"checks.migrations.base.git: there is no {base.git} here; fetch it (`git fetch origin main`; in CI a full "
            "clone, fetch-depth: 0), or name another ref or `base: {file: FOLDER}`"
        )
    commit = tip.decode().strip()
    fork = _git(root, "merge-base", commit, "HEAD")
    at_tip = _at(root, folder, commit)
    return Deployed(base.git, at_tip, at_tip if fork is None else _at(root, folder, fork.decode().strip()))


def _at(root: Path, folder: str, commit: str) -> tuple[Migration, ...]:
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    inside = os.path.normpath(prefix + folder)
    # Outside a worktree's root, `git archive` would name paths below the current folder only.
    top = Path((_git(root, "rev-parse", "--show-toplevel") or b".").decode().strip())
    archive = _git(top, "archive", "--format=tar", commit, "--", inside)
    if archive is None:
        return ()  # the folder isn't there yet
    found = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            parts = Path(os.path.relpath(member.name, inside)).parts
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and len(parts) == 2 and parts[1] == FILE:
                found.append(Migration(parts[0], f"{folder.rstrip('/')}/{parts[0]}/{FILE}", content.read()))
    return tuple(sorted(found, key=lambda one: one.name))


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git says, or None when it refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", os.fspath(root), *arguments],
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise CheckFailure("git isn't installed, and checks.migrations.base names a ref") from None
    except subprocess.TimeoutExpired:
        raise CheckFailure(f"git {arguments[0]} gave no answer within {_TIMEOUT:g} s") from None
    return done.stdout if done.returncode == 0 else None
