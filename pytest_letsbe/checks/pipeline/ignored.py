"""Keys that the configured Gitea version reads and ignores, from ``contracts/gitea-actions.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ... import strict_yaml
from ...data import data_dir
from ...model import Location
from ...strict_yaml import YamlPath
from .policy import Policy, release
from .workflows import Workflow, mapping, text


@cache
def _table() -> tuple[Mapping[str, str], ...]:
    return tuple(strict_yaml.load(data_dir("contracts") / "gitea-actions.yaml").data["keys"])


def ignored_keys(workflow: Workflow, policy: Policy) -> Iterator[tuple[Location, str, str]]:
    """Place, key and consequence of each ignored key in a workflow.

    Keys that hold a run back (timeouts, concurrency, permissions) are told too: who wrote them counts on them.
    """
    for row in _table():
        if "until" in row and policy.release >= release(row["until"]):
            continue
        for path in _places(workflow, row["where"], row["key"]):
            yield workflow.at(*path), row["key"], row["why"]


def _places(workflow: Workflow, where: str, key: str) -> Iterator[YamlPath]:
    if where == "event":
        if key in workflow.triggers:
            yield ("on", key)
        return
    holders: list[tuple[YamlPath, Mapping[str, Any]]] = [((), workflow.data)]
    holders += [(job.path, job.data) for job in workflow.jobs.values()]
    for path, data in holders:
        if where == "permission":
            if text(mapping(data.get("permissions")).get(key)) == "write":
                yield (*path, "permissions", key)
        elif where == "runs-on":
            if path and key in mapping(data.get("runs-on")):
                yield (*path, "runs-on", key)
        elif (where == "workflow") == (path == ()) and data.get(key) not in (None, False):
            yield (*path, key)
