"""A recorded branch protection: the JSON of Gitea's API, or the same keys in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import strict_yaml
from ...model import Location, UsageError
from .branches import pattern
from .repo import Repo
from .workflows import mapping, sequence, text

#: Where it is looked for when the policy names no file.
PLACES = (
    "branch-protection.yaml",
    "branch-protection.json",
    ".gitea/branch-protection.yaml",
    ".gitea/branch-protection.json",
    "gitea/branch_protections.json",
)


@dataclass(frozen=True)
class Protection:
    """One rule of ``GET /repos/{owner}/{repo}/branch_protections``."""

    document: strict_yaml.Document = field(repr=False)
    path: tuple[str | int, ...]
    data: Mapping[str, Any] = field(repr=False)

    @property
    def enabled(self) -> bool:
        return self.data.get("enable_status_check", True) is True

    @property
    def contexts(self) -> list[str]:
        return [text(context) for context in sequence(self.data.get("status_check_contexts"))]

    @property
    def location(self) -> Location:
        return self.document.at(*self.path)

    def covers(self, branch: str) -> bool:
        rule = text(self.data.get("rule_name")) or text(self.data.get("branch_name"))
        return not rule or bool(pattern(rule).match(branch))

    def at(self, *keys: str | int) -> Location:
        return self.document.at(*self.path, *keys)


def file_of(repo: Repo) -> str | None:
    """The file that holds it, if there is one."""
    return repo.policy.protection or next((place for place in PLACES if (repo.root / place).is_file()), None)


def protections(repo: Repo) -> list[Protection]:
    """The rules on record; ``UsageError`` when a file that is named can't be read."""
    name = file_of(repo)
    if name is None:
        return []
    document = strict_yaml.load(repo.root / name, shown_as=name)
    raw = document.data
    if isinstance(raw, dict) and isinstance(raw.get("branch_protections"), list):
        return _rules(document, ("branch_protections",), raw["branch_protections"])
    if isinstance(raw, list):
        return _rules(document, (), raw)
    if not isinstance(raw, dict):
        raise UsageError("a branch protection is a mapping with status_check_contexts", Location(name))
    return [Protection(document, (), raw)]


def _rules(document: strict_yaml.Document, path: tuple[str | int, ...], rows: list[Any]) -> list[Protection]:
    return [Protection(document, (*path, index), mapping(row)) for index, row in enumerate(rows)]
