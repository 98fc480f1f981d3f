"""Package names out of manifests, lock files and install commands, each with its place."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from .globs import matches_any
from .text import Text

Found = Iterator[tuple[str, int, int, str]]

_NPM = rb"(?:@[\w.~-]+/)?[\w.~-]+"
_SECTIONS = (
    "dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "bundledDependencies",
    "overrides", "resolutions", "catalog",
)  # fmt: skip


def _each(pattern: re.Pattern[bytes], text: bytes, system: str) -> Found:
    for found in pattern.finditer(text):
        yield found["name"].decode("utf-8", "replace"), found.start("name"), found.end("name"), system


def _by(source: bytes, system: str) -> Callable[[Text], Found]:
    pattern = re.compile(source, re.MULTILINE)
    return lambda text: _each(pattern, text.raw, system)


def _package_json(text: Text) -> Found:
    try:
        data = json.loads(text.raw)
    except (ValueError, RecursionError):
        # Broken or templated: every key with a version beside it is a dependency.
        yield from _each(
            re.compile(rb'"(?P<name>' + _NPM + rb')"\s*:\s*"(?:[\^~<>=*]|\d|npm:|workspace:|latest)'), text.raw, "npm"
        )
        return
    if not isinstance(data, dict):
        return
    pnpm = data.get("pnpm")
    nested: dict[str, Any] = pnpm if isinstance(pnpm, dict) else {}
    for section in _SECTIONS:
        for holder in (data, nested):
            yield from _section(text.raw, section, holder.get(section))


def _section(raw: bytes, section: str, names: Any) -> Found:
    at = raw.find(f'"{section}"'.encode())
    for name, version in _pairs(names):
        for package in dict.fromkeys((name.split(">")[-1], _alias(version))):
            bare = re.sub(r"(?<=.)@.*", "", package)
            start = raw.find(bare.encode(), max(at, 0)) if bare else -1
            if start >= 0:
                yield bare, start, start + len(bare.encode()), "npm"


def _pairs(names: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(names, list):
        yield from ((name, "") for name in names if isinstance(name, str))
    elif isinstance(names, dict):
        for name, version in names.items():
            yield name, version
            if isinstance(version, dict):
                yield from _pairs(version)


def _alias(version: Any) -> str:
    """``"flows": "npm:n8n-workflow@1"`` installs n8n-workflow."""
    return version.removeprefix("npm:") if isinstance(version, str) and version.startswith("npm:") else ""


def _pyproject(text: Text) -> Found:
    try:
        data = tomllib.loads(text.raw.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for name in dict.fromkeys(_requirements(data)):
        found = re.search(rb"[\"'\s]" + re.escape(name.encode()) + rb"(?![\w-])", text.raw)
        if found:
            yield _pep503(name), found.start() + 1, found.end(), "pypi"


def _requirements(data: dict[str, Any]) -> Iterator[str]:
    project, tool = data.get("project", {}), data.get("tool", {})
    lists = [project.get("dependencies", []), data.get("build-system", {}).get("requires", [])]
    lists += list(project.get("optional-dependencies", {}).values()) + list(data.get("dependency-groups", {}).values())
    for requirement in (item for group in lists for item in group if isinstance(item, str)):
        yield re.split(r"[\s\[<>=!~;@(]", requirement.strip())[0]
    poetry = tool.get("poetry", {})
    groups = [poetry, *poetry.get("group", {}).values()]
    for group in groups:
        for section in ("dependencies", "dev-dependencies"):
            yield from group.get(section, {})


def _pep503(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lock_v1(text: Text) -> Found:
    pattern = rb'"(?:[^"\n]*node_modules/)?(?P<name>' + _NPM + rb')"\s*:\s*(?:\{|"[\^~<>=*\d])'
    yield from _each(re.compile(pattern), text.raw, "npm")
    yield from _each(re.compile(rb'"name"\s*:\s*"(?P<name>' + _NPM + rb')"'), text.raw, "npm")


_BY_NAME: dict[tuple[str, ...], Callable[[Text], Found]] = {
    ("package.json",): _package_json,
    ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json", "bun.lock"): _lock_v1,
    ("pnpm-lock.yaml",): _by(
        rb"^ +['\"]?/?(?P<name>" + _NPM + rb")(?:[@/]\d[^\n]*:|['\"]?:[ \t]*(?:$|[\^~\d]|\{|specifier))", "npm"
    ),
    ("yarn.lock",): _by(rb"(?:^|, |^ {4})\"?(?P<name>" + _NPM + rb")(?:@[^\n]*:$|\"? \"?[\^~\d])", "npm"),
    ("pnpm-workspace.yaml",): _by(rb"^ +['\"]?(?P<name>" + _NPM + rb")['\"]?:[ \t]*['\"]?[\^~\d]", "npm"),
    ("requirements*.txt", "requirements*.in", "constraints*.txt", "requirements/*.txt"): _by(
        rb"^[ \t]*(?P<name>[A-Za-z0-9][\w.-]*)[ \t]*(?=[\[<>=!~;@#]|$)", "pypi"
    ),
    ("pyproject.toml",): _pyproject,
    ("uv.lock", "poetry.lock", "pdm.lock"): _by(rb'^name = "(?P<name>[\w.-]+)"', "pypi"),
    ("pipfile",): _by(rb"^[\"']?(?P<name>[A-Za-z0-9][\w.-]*)[\"']?[ \t]*=", "pypi"),
    ("go.mod",): _by(rb"^(?:require[ \t]+|[ \t]+)(?P<name>[\w.-]+/[\w./~-]+)[ \t]+v", "go"),
    ("gemfile", "*.gemspec"): _by(rb"^[ \t]*(?:gem|\w+\.add_\w*dependency)[ \t(]+[\"'](?P<name>[\w.-]+)", "gem"),
    ("cargo.toml",): _by(rb"^(?P<name>[\w-]+)[ \t]*=[ \t]*[\"{]", "cargo"),
}
_COMMAND = re.compile(
    rb"\b(?:(?P<npm>npm[ \t]+(?:i|install|add|exec|x)|npx|pnpm[ \t]+(?:add|dlx|i|install)|yarn[ \t]+(?:add|dlx|global[ \t]+add)|bunx?[ \t]+(?:add|x))"  # noqa: E501
    rb"|(?:pip3?|uv[ \t]+pip|pipx)[ \t]+install|uv[ \t]+(?:add|tool[ \t]+install)|uvx)[ \t]+(?P<rest>[^\n;&|\"'`]+)"
)
_COMMAND_FILES = (
    "*.sh",
    "*.bash",
    "*dockerfile*",
    "containerfile*",
    "makefile",
    "justfile",
    "*.yml",
    "*.yaml",
    "*.json",
    "*.mk",
    "*.md",
    "procfile",
    "*.toml",
    "*.tf",
    "*.service",
)


def named_in(path: str) -> bool:
    """Is this a file that ``extract`` reads?"""
    return any(matches_any(path, globs) for globs in (*_BY_NAME, _COMMAND_FILES))


def extract(text: Text) -> Found:
    """Packages that a file names, by its name; install commands in scripts, workflows and images too."""
    for globs, parser in _BY_NAME.items():
        if matches_any(text.path, globs):
            yield from parser(text)
            return
    if matches_any(text.path, _COMMAND_FILES):
        for found in _COMMAND.finditer(text.raw):
            system = "npm" if found["npm"] else "pypi"
            for word in re.finditer(rb"(?<!\S)(?P<name>(?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*)", found["rest"]):
                name = word["name"].decode()
                start = found.start("rest") + word.start()
                yield (name if system == "npm" else _pep503(name)), start, start + len(name), system
