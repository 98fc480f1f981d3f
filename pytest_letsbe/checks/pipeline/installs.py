"""Install commands of package managers: those that may bring in what no lock file names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .shell import commands, lines
from .workflows import Step, mapping, text

_PINNED_NPM = re.compile(r"(?:@[\w.-]+/)?[\w.-]+@v?\d+\.\d+\.\d+\S*\Z")
_PINNED_PIP = re.compile(r"[\w.-]+(?:\[[\w,.-]+\])?===?\d[^\s;,*]*\Z")
#: A script from the network goes straight into a shell.
_PIPED = re.compile(r"\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:ba|z|da)?sh\b")
_SELF = re.compile(r"(?:pip|setuptools|wheel)\Z")


def loose_installs(step: Step) -> Iterator[tuple[int, str, str]]:
    """Line in ``run``, the command, and the mend."""
    names = {
        k.upper()
        for holder in _env_holders(step)
        for k, v in mapping(holder).items()
        if text(v) not in ("", "0", "false")
    }
    for line in lines(step.run):
        if piped := _PIPED.search(line.text):
            yield line.number, piped[0], "download a release, check its sha256, and run that"
    for number, words in commands(step.run):
        words = _unwrapped(words)
        mend = _mend(words, names) if words else ""
        if mend:
            yield number, " ".join(words), mend


def _env_holders(step: Step) -> tuple[object, ...]:
    return step.job.workflow.data.get("env"), step.job.data.get("env"), step.data.get("env")


def _unwrapped(words: list[str]) -> list[str]:
    """``python -m pip`` and ``.venv/bin/pip3`` are ``pip``."""
    while words and (re.match(r"\w+=", words[0]) or words[0] in ("run", "retry")):
        words = words[1:]
    if not words:
        return words
    tool = words[0].rpartition("/")[2]
    if re.fullmatch(r"python[\d.]*", tool) and words[1:3] == ["-m", "pip"]:
        return ["pip", *words[3:]]
    if tool == "uv" and words[1:2] == ["pip"]:
        return ["pip", *words[2:]]
    return [re.sub(r"\Apip[\d.]+\Z", "pip", tool), *words[1:]]


@dataclass(frozen=True, slots=True)
class _Manager:
    """A package manager's install verbs, and the flags or variables that keep it to its lock file."""

    verbs: frozenset[str]
    flags: frozenset[str]
    variables: frozenset[str]
    mend: str


def _manager(verbs: str, flags: str, mend: str, variables: str = "") -> _Manager:
    return _Manager(frozenset(verbs.split(",")), frozenset(flags.split()), frozenset(variables.split()), mend)


_MANAGERS = {
    "npm": _manager("install,i,add", "", "npm ci"),
    "pnpm": _manager("install,i,add", "--frozen-lockfile", "pnpm install --frozen-lockfile"),
    "yarn": _manager(
        ",install,add", "--frozen-lockfile --immutable", "yarn install --immutable", "YARN_ENABLE_IMMUTABLE_INSTALLS"
    ),
    "bun": _manager("install,i,add", "--frozen-lockfile", "bun install --frozen-lockfile"),
    "uv": _manager("sync", "--frozen --locked", "uv sync --locked", "UV_FROZEN UV_LOCKED"),
    "pipenv": _manager("install", "--deploy --ignore-pipfile", "pipenv sync"),
}


def _mend(words: list[str], env: set[str]) -> str:
    """What to write instead; empty where the command keeps to a lock file, or names exact versions."""
    tool, rest = words[0], words[1:]
    flags = {word.partition("=")[0] for word in rest if word.startswith("-") and not word.endswith("=false")}
    plain = _plain(rest)
    verb, packages = (plain[0], plain[1:]) if plain else ("", [])
    if tool == "pip":
        loose = verb == "install" and not _frozen_pip(flags, packages, env)
        return "pip install --require-hashes -r requirements.txt" if loose else ""
    if fetched := _fetched(tool, rest):
        return fetched
    manager = _MANAGERS.get(tool)
    if manager is None or verb not in manager.verbs or flags & {"--version", "-v", "--help"}:
        return ""
    if packages and all(_PINNED_NPM.match(package) or "$" in package for package in packages):
        return ""
    return "" if flags & manager.flags or env & manager.variables else manager.mend


#: Programs that fetch what they run: the word before the package, and the flags that say where it comes from.
_RUNNERS = {
    "npx": (),
    "bunx": (),
    "pnpm": ("dlx",),
    "yarn": ("dlx",),
    "uvx": (),
    "pipx": ("run",),
    "npm": ("exec", "x"),
}
_MOVING = re.compile(r"(?:@[\w.-]+/)?[\w.-]+@(?:latest|next|beta|canary|[\^~><=*]\S*|\d+(?:\.\d+)?(?:\.x)?)\Z")


def _fetched(tool: str, rest: list[str]) -> str:
    """What to write instead of a command that fetches a moving version and runs it."""
    plain = _plain(rest)
    if tool in _RUNNERS:
        verbs = _RUNNERS[tool]
        if verbs and (not plain or plain[0] not in verbs):
            return ""
        named = plain[1:2] if verbs else plain[:1]
        moving = any(_MOVING.match(word) for word in rest)
        unnamed = tool in ("pnpm", "yarn") and named and not _PINNED_NPM.match(named[0]) and "$" not in named[0]
        return "name an exact version, or make it a dependency that the lock file pins" if moving or unnamed else ""
    if tool == "go" and plain[:1] == ["install"] and any(name.endswith("@latest") for name in plain):
        return "go install module@v1.2.3"
    if tool == "cargo" and plain[:1] == ["install"] and not {"--locked", "--path"} & set(rest):
        return "cargo install --locked --version 1.2.3"
    return ""


def _plain(rest: list[str]) -> list[str]:
    """Words that are no option and no value of one."""
    found, skip = [], False
    for word in rest:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _WITH_VALUE
        elif not re.match(r"\d*>|<", word):
            found.append(word)
    return found


_WITH_VALUE = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "--index-url",
        "-i",
        "--extra-index-url",
        "--find-links",
        "-f",
        "--target",
        "-t",
        "--prefix",
        "-C",
        "--dir",
        "--filter",
        "-F",
        "--cwd",
        "--cache-dir",
        "--python",
        "-p",
        "--group",
        "--extra",
        "--root",
        "-w",
        "--workspace",
        "--registry",
    ]
)


def _frozen_pip(flags: set[str], packages: list[str], env: set[str]) -> bool:
    if "--require-hashes" in flags or "PIP_REQUIRE_HASHES" in env:
        return True
    if "--no-deps" in flags or "--no-index" in flags:
        return not flags & {"-r", "--requirement"}
    if flags & {"-r", "--requirement", "-e", "--editable"}:
        return False
    return bool(packages) and all(_PINNED_PIP.match(p) or _SELF.match(p) or "$" in p for p in packages)
