"""Rules on deploys: every gate before them, and build, SBOM and signature in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..finding import Finding, Rule
from ..repo import Repo, answers, pushed
from ..roles import builds, deploys, makes_sbom, ships, signs
from ..workflows import Job, Workflow, text
from .gates import preview
from .reach import deploys_here, jobs_before, on_main, starts_by_push

_STATUS = re.compile(r"\b(always|failure|cancelled)\s*\(", re.IGNORECASE)


def _always(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.every:
        for job in workflow.jobs.values():
            condition = text(job.data.get("if"))
            if not ships(job) or not _STATUS.search(condition):
                continue
            if (
                all(re.search(rf"needs\.{re.escape(need)}\.result\s*==\s*'success'", condition) for need in job.needs)
                and job.needs
            ):
                continue
            if (
                "||" not in condition
                and "always" not in condition.lower()
                and "!" not in condition
                and deploys(job) is False
            ):
                continue
            yield Finding(job.at("if"), f"job {job.id} runs if {condition}: also when what it needs has failed")


def _gated(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if not starts_by_push(workflow, repo):
            continue
        for job in workflow.jobs.values():
            if on_main(job, repo) and deploys_here(job, repo):
                yield from _closure_holds(workflow, job, repo)


def _closure_holds(workflow: Workflow, job: Job, repo: Repo) -> Iterator[Finding]:
    before = jobs_before(workflow, job, repo)
    wanted = [name for name in repo.policy.required if not preview(name)]
    left_out = [name for name in wanted if not any(answers(j, name) for j in before)]
    where = job.at_needs()
    if left_out:
        yield Finding(where, f"job {job.id} deploys without waiting for {', '.join(left_out)}", "add them to needs")
    inside = [job, *before]
    for what, test in (("an image build", builds), ("an SBOM", makes_sbom), ("a signature", signs)):
        if not any(test(j) for j in inside):
            yield Finding(where, f"job {job.id} deploys without waiting for {what}", "add that job to needs")


def _order(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if not pushed(workflow, repo.policy.branch):
            continue
        jobs = [j for j in workflow.jobs.values() if not any(answers(j, name) for name in repo.policy.required)]
        builders = [j for j in jobs if builds(j) and not deploys(j)]
        for job in jobs:
            if not builders or job in builders:
                continue
            closure = repo.closure(workflow, job.id)
            own = signs(job) or (makes_sbom(job) and re.search("sbom", f"{job.id} {job.name}", re.IGNORECASE))
            if own and not deploys(job) and not any(b.id in closure for b in builders):
                what = "signs" if signs(job) else "lists the parts of"
                where = job.at_needs()
                yield Finding(
                    where, f"job {job.id} {what} an image without waiting for {builders[0].id}, which builds it"
                )
            if re.search("sbom", job.id, re.IGNORECASE) and not signs(job):
                early = [j.id for j in jobs if j is not job and j.id in closure and signs(j) and not makes_sbom(j)]
                if early:
                    yield Finding(job.at("needs"), f"job {early[0]} signs before {job.id} has made the SBOM")
        yield from _signed_too_early(workflow, jobs, repo)


def _signed_too_early(workflow: Workflow, jobs: list[Job], repo: Repo) -> Iterator[Finding]:
    """A job that signs, beside one that makes the SBOM and isn't waited for."""
    lists = [j for j in jobs if re.search("sbom", f"{j.id} {j.name}", re.IGNORECASE) and not signs(j)]
    for job in jobs:
        closure = repo.closure(workflow, job.id)
        if lists and signs(job) and not makes_sbom(job) and not any(j.id in closure for j in lists):
            where = job.at_needs()
            yield Finding(where, f"job {job.id} signs without waiting for {lists[0].id}, which makes the SBOM")


RULES = (
    Rule(
        Invariant(
            "no-always-on-deploy",
            "A job that builds, signs or deploys has no always(), failure() or cancelled(): a red gate stops it.",
            "PL06",
        ),
        _always,
        mend="take the status function out: without one a job waits for the success of its needs",
    ),
    Rule(
        Invariant(
            "gates-before-deploy",
            "A deploy that a push starts waits for every required job, the image build, its SBOM and its signature.",
            "PL07",
        ),
        _gated,
    ),
    Rule(
        Invariant("build-sign-order", "An image is built first, then its SBOM is made, then it is signed.", "PL16"),
        _order,
    ),
)
