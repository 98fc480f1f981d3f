"""SLSA provenance (v1, and v0.2 as older builders write it): who built the image, from which source.

https://slsa.dev/spec/v1.0/provenance. An unsigned statement, or one about other bytes, never gets here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .options import Provenance


@dataclass(frozen=True, slots=True)
class Origin:
    """What a provenance says; a part that it doesn't say is empty."""

    builder: str
    sources: frozenset[str]
    commits: frozenset[str]
    refs: frozenset[str]
    workflow: str


def read(predicate: Any) -> Origin:
    """The parts of a predicate that are judged."""
    data = _map(predicate)
    if "buildDefinition" in data or "runDetails" in data:
        definition, details = _map(data.get("buildDefinition")), _map(data.get("runDetails"))
        builder, outer = _map(details.get("builder")), _map(definition.get("externalParameters"))
        rows = [_map(row) for row in _list(definition.get("resolvedDependencies"))]
    else:
        invocation = _map(data.get("invocation"))
        builder, outer = _map(data.get("builder")), _map(invocation.get("parameters"))
        rows = [_map(invocation.get("configSource")), *(_map(row) for row in _list(data.get("materials")))]
    workflow = _map(outer.get("workflow"))
    git = [row for row in rows if _is_git(row)]
    # What the caller asked for, and what was really fetched: both must hold.
    uris = [
        *(str(row.get("uri", "")) for row in git),
        *_texts(workflow.get("repository"), outer.get("source"), outer.get("repository")),
    ]
    refs = [
        *_texts(workflow.get("ref"), outer.get("ref")),
        *(uri.rpartition("@")[2] for uri in uris if "@refs/" in uri),
    ]
    commits = {str(v) for row in git for k, v in _map(row.get("digest")).items() if k in ("gitCommit", "sha1")}
    return Origin(
        str(builder.get("id", "")), frozenset(map(plain_source, uris)), frozenset(commits), frozenset(refs),
        str(workflow.get("path", "") or _map(git[0] if git else {}).get("entryPoint", "")),
    )  # fmt: skip


def _is_git(row: dict[str, Any]) -> bool:
    uri, digest = str(row.get("uri", "")), _map(row.get("digest"))
    return uri.startswith("git+") or "gitCommit" in digest or ("sha1" in digest and "pkg:" not in uri)


def plain_source(uri: str) -> str:
    """``git+https://git.example.test/letsbe/hub.git@refs/heads/main`` without what differs between tools."""
    bare = re.sub(r"@refs/.*|[?#].*", "", uri.removeprefix("git+"))
    return re.sub(r"\.git/?\Z|/\Z", "", re.sub(r"\A(?:https?|ssh)://(?:[^@/]*@)?", "", bare)).lower()


def problems(origin: Origin, allowed: Provenance, revisions: frozenset[str]) -> Iterator[str]:
    """Why this build isn't one that the manifest allows."""
    if not allowed.builders:
        yield "checks.supply-chain.provenance.builders names no builder: any that has a key would do"
    elif not _any(origin.builder, allowed.builders):
        yield f"builder {origin.builder!r} isn't one of {', '.join(allowed.builders)}"
    if allowed.source:
        others = sorted(origin.sources - {plain_source(allowed.source)})
        if plain_source(allowed.source) not in origin.sources:
            yield f"it was built from {', '.join(others) or 'nowhere'}, not from {allowed.source}"
    if not origin.commits:
        yield "it names no commit (resolvedDependencies[].digest.gitCommit)"
    for revision in sorted(revisions):
        if origin.commits and revision not in origin.commits:
            named = ", ".join(commit[:12] for commit in sorted(origin.commits))
            yield f"it names commit {named}, the image's revision label says {revision[:12]}"
    for ref in sorted(origin.refs):
        if not _any(ref, allowed.refs):
            yield f"it was built from {ref}, not from {', '.join(allowed.refs)}"
    if allowed.workflows and not _any(origin.workflow, allowed.workflows):
        yield f"workflow {origin.workflow or '(none)'} isn't one of {', '.join(allowed.workflows)}"


def _any(name: str, globs: Iterable[str]) -> bool:
    return any(name == glob or fnmatchcase(name, glob) for glob in globs)


def _texts(*values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
