"""Which paths a change touches: every side of a rename, links that lead into critical folders, any case."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...git import Git
from ...model import NotEvaluated
from ...scan.globs import path_pattern

#: Where two reviewers and the security suite are asked for (strategy).
CRITICAL = ("safety-wrapper/", "egress-proxy/", "provisioner/scripts/credentials*")
#: The gate itself: who changes it changes what every later change must pass.
GATE = (
    ".gitea/",
    ".forgejo/",
    ".github/workflows/",
    ".github/actions/",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    "letsbe.yaml",
    "pipeline-policy.yaml",
    "branch-protection.*",
    "scripts/ci/",
    "pnpm-lock.yaml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "Cargo.lock",
    "go.sum",
    "requirements*.txt",
)
_LINK = "120000"


@dataclass(frozen=True, slots=True)
class Change:
    """The touched paths, the commits they lie between, and the links in front of critical folders."""

    base: str
    heads: tuple[str, ...]
    paths: tuple[str, ...]
    tree: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def touched(self, globs: Sequence[str]) -> list[str]:
        """Touched paths that the globs name, or that a link makes part of what they name."""
        behind = [target for link, target in self.links if covered(link, globs)]
        found = [p for p in self.paths if covered(p, globs) or any(_below(p, target) for target in behind)]
        return sorted(dict.fromkeys(found))


def from_git(root: Path, wanted: str | None, globs: Sequence[str]) -> Change:
    """The change of the checkout, with the links among what ``globs`` name.

    Raises:
        NotEvaluated: git can't tell it.
    """
    git = Git(root)
    if not git.inside:
        raise NotEvaluated("this is no git repository: nobody knows what changed")
    names = [wanted] if wanted else ["origin/main", "main"]
    base = next((b for n in names if not n.startswith("-") and (b := git.text("merge-base", "HEAD", n))), None)
    if base is None:
        raise NotEvaluated(f"there is no merge base with {' or '.join(names)}: git fetch (fetch-depth: 0)")
    base = base.strip()
    # Without rename detection both sides stand there as they are, whatever the similarity is set to.
    raw = git.bytes(
        "diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--ignore-submodules=none", base, "HEAD"
    )
    heads = (git.text("rev-parse", "HEAD", "HEAD^2") or git.text("rev-parse", "HEAD") or "").split()
    trees = [git.bytes("ls-tree", "-r", "-z", commit) for commit in ("HEAD", base)]
    if raw is None or not heads or trees[0] is None:
        raise NotEvaluated("git can't read the change")
    links = {
        name: _target(git, blob, name)
        for listing in trees if listing
        for mode, blob, name in _entries(listing) if mode == _LINK and covered(name, globs)
    }  # fmt: skip
    tree = tuple(name for _, _, name in _entries(trees[0]))
    return Change(
        base, tuple(h for h in heads if re.fullmatch("[0-9a-f]{40,64}", h)), paths_of(raw), tree, tuple(links.items())
    )


def recorded(raw: bytes, head: str) -> Change:
    """A recorded ``git diff --raw --no-renames`` (or with renames), lines instead of zeros."""
    paths: list[str] = []
    for line in raw.decode("utf-8", "surrogateescape").splitlines():
        if line.startswith(":"):
            paths += line.split("\t")[1:]
    return Change("", (head,), tuple(paths), tuple(paths))


def paths_of(raw: bytes) -> tuple[str, ...]:
    """Paths of ``git diff --raw -z``."""
    fields = raw.decode("utf-8", "surrogateescape").split("\0")
    return tuple(f for f in fields if f and not re.match(r":\d{6} \d{6} [0-9a-f]+ [0-9a-f]+ [A-Z]\d*\Z", f))


def covered(path: str, globs: Iterable[str]) -> bool:
    """Whether a path, or the folder it lies in, is named; case and look-alike width don't matter."""
    plain = unicodedata.normalize("NFKC", path).casefold()
    return any(pattern.match(plain) for glob in globs for pattern in _patterns(glob))


@lru_cache(maxsize=256)
def _patterns(glob: str) -> tuple[re.Pattern[str], ...]:
    """A glob names what it matches and all below it, at the root or deeper down."""
    stem = glob.strip("/").casefold()
    if stem in ("**", "*"):
        return (re.compile(".*", re.DOTALL),)
    anchored = [stem, f"{stem}/**"]
    return tuple(path_pattern(made) for one in anchored for made in (f"**/{one}", f"./{one}" if "/" in one else one))


def _entries(tree: bytes) -> list[tuple[str, str, str]]:
    found = []
    for line in tree.decode("utf-8", "surrogateescape").split("\0"):
        meta, _, name = line.partition("\t")
        if name:
            mode, _, blob = meta.split(" ")
            found.append((mode, blob, name))
    return found


def _target(git: Git, blob: str, name: str) -> str:
    text = git.text("cat-file", "blob", blob) or ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), text))


def _below(path: str, folder: str) -> bool:
    one, two = path.casefold(), folder.casefold()
    return one == two or one.startswith(two.rstrip("/") + "/")
