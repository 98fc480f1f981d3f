"""What a job reaches, and what it waits for: called workflows and awaited runs included."""

from __future__ import annotations

from ..branches import globs
from ..conditions import holds
from ..repo import Repo, answers, pushed
from ..roles import deploys, production
from ..workflows import Job, Workflow, mapping, sequence, text

BY_HAND = frozenset({"workflow_dispatch", "workflow_call"})


def starts_by_push(workflow: Workflow, repo: Repo) -> bool:
    return pushed(workflow, repo.policy.branch) or "workflow_run" in workflow.triggers


def on_main(job: Job, repo: Repo) -> bool:
    return holds(job.data.get("if"), repo.push) is not False


def deploys_here(job: Job, repo: Repo) -> bool:
    """Whether the job, or a workflow that it calls, deploys. A required job is none that does."""
    if any(answers(job, name) for name in repo.policy.required):
        return False
    called = repo.called(job)
    return deploys(job) or (called is not None and any(deploys(inner) for inner in called.jobs.values()))


def jobs_before(workflow: Workflow, job: Job, repo: Repo) -> list[Job]:
    """All jobs that a job waits for, those of called workflows and of awaited runs included."""
    ids = repo.closure(workflow, job.id) - {job.id}
    found = [p.job for p in repo.placed(workflow) if p.top.id in ids]
    found += [p.job for p in repo.placed(workflow) if p.top is job and p.job is not job]
    if "workflow_run" in workflow.triggers and _checks_conclusion(workflow, ids | {job.id}):
        awaited = {text(name) for name in sequence(workflow.triggers["workflow_run"].get("workflows"))}
        for other in repo.workflows:
            if other is not workflow and awaited & {other.name, other.stem, other.file}:
                found += [p.job for p in repo.placed(other)]
    return found


def _checks_conclusion(workflow: Workflow, ids: set[str]) -> bool:
    return any(
        "workflow_run.conclusion" in text(workflow.jobs[job].data.get("if")) for job in ids if job in workflow.jobs
    )


def input_names(workflow: Workflow) -> list[str]:
    return [name for event in BY_HAND for name in mapping(workflow.triggers.get(event, {}).get("inputs"))]


def reaches_production(workflow: Workflow, job: Job, repo: Repo) -> bool:
    called = repo.called(job)
    if any(answers(job, name) for name in repo.policy.required):
        return False
    return production(workflow, job) or (
        called is not None and any(production(workflow, j) or production(called, j) for j in called.jobs.values())
    )


def release_tags(workflow: Workflow) -> list[str]:
    return globs(workflow.triggers.get("push", {}), "tags")
