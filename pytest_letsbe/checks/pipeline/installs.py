"""Install commands of package managers: those that may bring in what no lock file names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .shell import commands
from .workflows import Step, mapping, text

_PINNED_NPM = re.compile(r"(?:@[\w.-]+/)?[\w.-]+@v?\d+\.\d+\.\d+\S*\Z")
_PINNED_PIP = re.compile(r"[\w.-]+(?:\[[\w,.-]+\])?===?\d[^\s;,*]*\Z")
_SELF = re.compile(r"(?:pip|setuptools|wheel)\Z")


def loose_installs(step: Step) -> Iterator[tuple[int, str, str]]:
    """Line in ``run``, the command, and the mend."""
    names = {
        k.upper()
        for holder in _env_holders(step)
        for k, v in mapping(holder).items()
        if text(v) not in ("", "0", "false")
    }
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
    manager = _MANAGERS.get(tool)
    if manager is None or verb not in manager.verbs or flags & {"--version", "-v", "--help"}:
        return ""
    if packages and all(_PINNED_NPM.match(package) or "$" in package for package in packages):
        return ""
    return "" if flags & manager.flags or env & manager.variables else manager.mend


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
