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
from .shapes import mapping, sequence


@dataclass(frozen=True, slots=True)
class Source:
    """A git repo that a build used, without what tools write differently; ``commits`` and ``refs`` as far as said."""

    repo: str
    commits: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a provenance says; a part that it doesn't say is empty.

    ``asked`` is what the build was started for (external parameters), ``fetched`` what it really took.
    """

    builder: str
    asked: tuple[Source, ...]
    fetched: tuple[Source, ...]
    workflow: str


def read(predicate: Any) -> Origin:
    """The parts of a predicate that are judged."""
    data = mapping(predicate)
    if "buildDefinition" in data or "runDetails" in data:
        definition = mapping(data.get("buildDefinition"))
        builder, outer = mapping(mapping(data.get("runDetails")).get("builder")), definition.get("externalParameters")
        config, rows = mapping(mapping(outer).get("configSource")), sequence(definition.get("resolvedDependencies"))
    else:
        invocation = mapping(data.get("invocation"))
        builder, outer = mapping(data.get("builder")), invocation.get("parameters")
        config, rows = mapping(invocation.get("configSource")), sequence(data.get("materials"))
    outer = mapping(outer)
    workflow = mapping(outer.get("workflow"))
    asked = [_asked(part.get("repository"), part.get("ref")) for part in (workflow, outer)]
    asked += [_asked(outer.get("source"), None)]
    fetched = tuple(_fetched(row) for row in map(mapping, [config, *rows]) if _is_git(row))
    path = workflow.get("path") or config.get("path") or config.get("entryPoint") or ""
    return Origin(str(builder.get("id", "")), tuple(s for s in asked if s.repo or s.refs), fetched, str(path))


def _asked(repository: Any, ref: Any) -> Source:
    uri = repository if isinstance(repository, str) else ""
    refs = {ref} if isinstance(ref, str) and ref else set()
    return Source(plain_source(uri), refs=frozenset(refs | _refs(uri)))


def _fetched(row: dict[str, Any]) -> Source:
    uri = str(row.get("uri", ""))
    commits = {str(v) for k, v in mapping(row.get("digest")).items() if k in ("gitCommit", "sha1")}
    return Source(plain_source(uri), frozenset(commits), frozenset(_refs(uri)))


def _is_git(row: dict[str, Any]) -> bool:
    uri, digest = str(row.get("uri", "")), mapping(row.get("digest"))
    return uri.startswith("git+") or "gitCommit" in digest or ("sha1" in digest and not uri.startswith("pkg:"))


def _refs(uri: str) -> set[str]:
    return set(re.findall(r"[@#](refs/[^:?#]+)", uri))


def plain_source(uri: str) -> str:
    """``git+https://git.example.test/letsbe/hub.git@refs/heads/main`` without what differs between tools."""
    bare = re.sub(r"@refs/.*|[?#].*", "", uri.removeprefix("git+"))
    return re.sub(r"\.git/?\Z|/\Z", "", re.sub(r"\A(?:https?|ssh)://(?:[^@/]*@)?", "", bare)).lower()


def problems(origin: Origin, allowed: Provenance, revisions: frozenset[str]) -> Iterator[str]:
    """Why this build isn't one that the manifest allows; what it says of other repos it used is free."""
    if not allowed.builders:
        yield "checks.supply-chain.provenance.builders names no builder: any that has a key would do"
    elif not _any(origin.builder, allowed.builders):
        yield f"builder {origin.builder!r} isn't one of {', '.join(allowed.builders)}"
    ours = plain_source(allowed.source)
    if ours:
        yield from _foreign(origin, ours, allowed.source)
    used = [source for source in origin.fetched if not ours or source.repo == ours]
    commits = {commit for source in used for commit in source.commits}
    if not commits:
        yield "it names no commit of the source (resolvedDependencies[].digest.gitCommit)"
    for revision in sorted(revisions):
        if commits and revision not in commits:
            named = ", ".join(commit[:12] for commit in sorted(commits))
            yield f"it names commit {named}, the image's revision label says {revision[:12]}"
    for ref in sorted({ref for source in (*origin.asked, *used) for ref in source.refs}):
        if not _any(ref, allowed.refs):
            yield f"it was built from {ref}, not from {', '.join(allowed.refs)}"
    if allowed.workflows and not _any(origin.workflow, allowed.workflows):
        yield f"workflow {origin.workflow or '(none)'} isn't one of {', '.join(allowed.workflows)}"


def _foreign(origin: Origin, ours: str, source: str) -> Iterator[str]:
    asked = sorted({one.repo for one in origin.asked if one.repo and one.repo != ours})
    if asked:
        yield f"it was built for {', '.join(asked)}, not for {source}"
    elif all(one.repo != ours for one in origin.fetched):
        others = ", ".join(sorted({one.repo for one in origin.fetched if one.repo}))
        yield f"it was built from {others or 'nowhere'}, not from {source}"


def _any(name: str, globs: Iterable[str]) -> bool:
    return any(name == glob or fnmatchcase(name, glob) for glob in globs)
