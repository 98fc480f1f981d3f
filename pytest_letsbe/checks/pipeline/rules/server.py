"""Rules on the server around the workflows: runners, keys it ignores, timeouts, the statuses it demands."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ....model import Invariant, Location
from ....strict_yaml import YamlPath
from ..conditions import holds
from ..contexts import could_be, of_pull_requests
from ..finding import Finding, Rule
from ..ignored import ignored_keys
from ..protection import Protection, protections
from ..repo import PULL_REQUEST, Repo
from ..roles import production, ships
from ..workflows import Workflow, mapping, text


def _runners(repo: Repo) -> Iterator[Finding]:
    shared: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for placed in repo.on_pull_request:
        job = placed.job
        if placed.runs(repo.pull_request) is False or (job.workflow.path, job.id) in seen:
            continue
        seen.add((job.workflow.path, job.id))
        for label in job.labels:
            shared.setdefault(label.lower(), job.id)
            if any(fnmatch.fnmatchcase(label.lower(), glob.lower()) for glob in repo.policy.production_runners):
                sentence = f"job {job.id} of a pull request runs on {label}, a runner that reaches production"
                yield Finding(job.at("runs-on"), sentence, "give pull requests runners of their own")
    for workflow in repo.workflows:
        for job in workflow.jobs.values():
            for label in job.labels:
                if label.lower().endswith(":host"):
                    yield Finding(
                        job.at("runs-on"), f"job {job.id} runs on {label}: without a container, on the runner itself"
                    )
            own = [
                label.lower() for label in job.labels if label.lower() not in ("self-hosted", "linux", "x64", "arm64")
            ]
            both = [label for label in own if label in shared]
            if production(workflow, job) and own and len(both) == len(own) and (workflow.path, job.id) not in seen:
                sentence = f"job {job.id} reaches production on {own[0]}, where {shared[own[0]]} runs pull requests"
                yield Finding(job.at("runs-on"), sentence, "give production runners of its own")


def _ignored(repo: Repo) -> Iterator[Finding]:
    for workflow in (*repo.workflows, *repo.scoped):
        for where, key, why in ignored_keys(workflow, repo.policy):
            yield Finding(where, f"Gitea {repo.policy.gitea} ignores {key}: {why}")


def _timeouts(repo: Repo) -> Iterator[Finding]:
    for workflow in (*repo.workflows, *repo.scoped):
        for job in workflow.jobs.values():
            if not job.uses and "timeout-minutes" not in job.data:
                yield Finding(job.at(), f"job {job.id} has no timeout-minutes: one that hangs holds its runner")
            elif text(job.data.get("timeout-minutes")) in ("0", "0.0"):
                yield Finding(job.at("timeout-minutes"), f"timeout-minutes of job {job.id} is 0, which is no limit")


#: What tells one pull request's runs from another's.
_OWN_GROUP = re.compile(r"github\.(?:ref|head_ref|sha|run_id)|gitea\.(?:ref|head_ref)|event\.(?:pull_request\.)?number")


def _group_holders(workflow: Workflow) -> list[tuple[YamlPath, Mapping[str, Any]]]:
    """Where a concurrency group may stand, and the mapping that holds it: the workflow, and each job."""
    jobs = workflow.jobs.values()
    return [(("concurrency",), workflow.data), *((("jobs", job.id, "concurrency"), job.data) for job in jobs)]


def _superseded(workflow: Workflow) -> Iterator[Finding]:
    """Findings on the groups of a workflow that holds required jobs of pull requests alone."""
    groups = [(path, data.get("concurrency")) for path, data in _group_holders(workflow)]
    if all(held is None for _, held in groups):
        yield Finding(workflow.at(), "superseded runs of a pull request go on: there is no concurrency group")
    for path, held in groups:
        group = text(mapping(held).get("group") if isinstance(held, dict) else held)
        if held is not None and not _OWN_GROUP.search(group):
            sentence = f"all pull requests share the concurrency group {group!r}: one cancels the checks of another"
            yield Finding(workflow.at(*path), sentence, "put ${{ github.ref }} into the group")


def _concurrency(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if "push" not in workflow.triggers and any(p.workflow is workflow for p in repo.gates):
            yield from _superseded(workflow)
        of_pull_request = any(event in workflow.triggers for event in PULL_REQUEST)
        for path, data in _group_holders(workflow):
            held = mapping(data.get("concurrency"))
            cancels = holds(
                held.get("cancel-in-progress", False), repo.push if not of_pull_request else repo.pull_request
            )
            where = workflow.at(*path, "cancel-in-progress")
            job = workflow.jobs.get(str(path[1])) if len(path) > 1 else None
            jobs = [job] if job else list(workflow.jobs.values())
            if of_pull_request:
                gating = any(p.workflow is workflow for p in repo.gates)
                if held and gating and cancels is False and "push" not in workflow.triggers and job is None:
                    yield Finding(where, "superseded runs of a pull request go on: cancel-in-progress is false")
            elif held and cancels and any(ships(j) and not _gate(workflow, j.id, repo) for j in jobs):
                yield Finding(where, "a newer run cancels a deploy half-way: cancel-in-progress is true")


def _gate(workflow: Workflow, job: str, repo: Repo) -> bool:
    return any(p.workflow is workflow and p.top.id == job for p in repo.gates)


def _contexts(repo: Repo) -> Iterator[Finding]:
    known = list(dict.fromkeys(of_pull_requests(repo)))
    found = protections(repo)
    covered = [p for p in found if p.covers(repo.policy.branch)]
    if found and not covered:
        yield Finding(found[0].location, f"no rule of the branch protection covers {repo.policy.branch}")
    for protection in covered[:1]:
        yield from _protected(protection, known, repo)


def _protected(protection: Protection, known: list[str], repo: Repo) -> Iterator[Finding]:
    if not protection.enabled or not protection.contexts:
        what = "demands no status" if not protection.enabled else "names no status: whatever exists is enough"
        yield Finding(protection.at("enable_status_check"), f"the branch protection {what}")
        return
    for index, pattern in enumerate(protection.contexts):
        where = protection.at("status_check_contexts", index)
        if could_be(pattern, "zz9 / zz9 (pull_request)") or could_be(pattern, "zz9"):
            yield Finding(where, f"required status {pattern!r} is met by any one status, also a skipped one")
        elif not any(could_be(pattern, context) for context in known):
            yield Finding(where, f"required status {pattern!r} matches no status that a pull request gets")
    needed = _must_be_required(repo)
    for context in needed:
        if not any(could_be(pattern, context) for pattern in protection.contexts):
            yield Finding(protection.at("status_check_contexts"), f"status {context!r} isn't required: it can be red")


def _must_be_required(repo: Repo) -> list[str]:
    """The verdict's status; where there is no verdict, that of every required job."""
    from .verdict import verdict_jobs

    verdicts = {(job.workflow.path, job.id) for job in verdict_jobs(repo)}
    placed = [p for p in repo.on_pull_request if (p.workflow.path, p.top.id) in verdicts] or [
        p for p in repo.gates if not p.job.uses
    ]
    found = []
    for one in placed:
        event = next(e for e in PULL_REQUEST if e in one.workflow.triggers)
        names = " / ".join(job.name or job.id for job in one.chain)
        if len(one.job.cells) == 1 and "${{" not in names:
            found.append(f"{one.workflow.name} / {names} ({event})")
    return list(dict.fromkeys(found))


def _base(repo: Repo) -> Iterator[Finding]:
    if repo.base_problem:
        yield Finding(Location(repo.policy_file or "letsbe.yaml", 1, 1), repo.base_problem)


def _zizmor(repo: Repo) -> Iterator[Finding]:
    from ..zizmor import findings

    yield from findings(repo)


RULES = (
    Rule(
        Invariant(
            "runner-separation",
            "Runners that reach production never run a pull request's jobs, and production runs nowhere else.",
            "PL14; act_runner labels",
        ),
        _runners,
    ),
    Rule(
        Invariant(
            "honoured-keys",
            "No workflow relies on a key that the server's version ignores.",
            "PL15; docs.gitea.com: comparison with GitHub Actions, 1.20 to 1.27",
        ),
        _ignored,
        mend="take it out, or enforce it another way; `gitea:` in the policy names the server's version",
    ),
    Rule(
        Invariant("timeouts", "Every job has timeout-minutes.", "PL21"),
        _timeouts,
    ),
    Rule(
        Invariant(
            "safe-cancel",
            "Newer runs cancel older ones of a pull request, never one that deploys.",
            "PL21",
        ),
        _concurrency,
    ),
    Rule(
        Invariant(
            "protected-contexts",
            "The branch protection demands statuses that the workflows report, and none that any status meets.",
            "PL19; Gitea MergeRequiredContextsCommitStatus: a glob needs one status, skipped counts",
        ),
        _contexts,
        "repo",
    ),
    Rule(
        Invariant(
            "policy-from-base",
            "The policy of the merge base was read: the stricter of it and the change's own holds.",
            "ci.md 2.1: a pull request that edits its own gate",
        ),
        _base,
        "repo",
    ),
    Rule(
        Invariant("zizmor", "zizmor finds nothing of high severity.", "docs.zizmor.sh"),
        _zizmor,
    ),
)
