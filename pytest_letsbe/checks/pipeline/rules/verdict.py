"""Rules on the verdict: one job that always runs, needs every required job, and judges their results."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant, Location
from ..conditions import holds
from ..finding import Finding, Rule
from ..repo import PULL_REQUEST, Placed, Repo
from ..workflows import Job, Workflow, text

#: Actions that keep or show results; whether they succeed says nothing about the code.
HOUSEKEEPING = re.compile(r"upload|download-artifact|cache|codecov|coveralls|comment|report|publish-unit|summary|badge")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_RESULTS = re.compile(r"\bneeds\b.*\bresult\b|toJSON\(\s*needs\s*\)", re.DOTALL | re.IGNORECASE)
#: One job's success stands for all: `any(.[]; .result == "success")`, `contains(needs.*.result, 'success')`.
_ONE_IS_ENOUGH = re.compile(
    r"\b(?:any|some)\s*\([^!]*?==+\s*\\?[\"']success|\bcontains\(\s*needs\.\*\.result\s*,\s*'success'\s*\)"
)


def verdict_jobs(repo: Repo) -> list[Job]:
    """Jobs that gather the results of others on pull requests: whatever those results are, they run."""
    found = []
    for workflow in repo.workflows:
        if any(event in workflow.triggers for event in PULL_REQUEST):
            for job in workflow.jobs.values():
                condition = job.data.get("if")
                if job.needs and condition is not None and holds(condition, repo.pull_request) and judges(job):
                    found.append(job)
    return found


def judges(job: Job) -> bool:
    """Whether a job looks at the results of what it needs."""
    whole = _whole(job)
    looked = [text(job.data.get("if")), *(text(step.data.get("if")) for step in job.steps)]
    looked += _EXPRESSION.findall(whole)  # a shell variable that is called NEEDS holds whatever was put into it
    return any(_RESULTS.search(one) for one in looked) or re.search(r"alls-green|\bletsbe\b", whole) is not None


def _whole(job: Job) -> str:
    parts = (
        [text(value) for value in dict(job.data.get("env") or {}).values()]
        if isinstance(job.data.get("env"), dict)
        else []
    )
    for step in job.steps:
        parts += [step.run, step.uses, text(step.data.get("if"))]
        for key in ("env", "with"):
            held = step.data.get(key)
            parts += [text(value) for value in held.values()] if isinstance(held, dict) else []
    return "\n".join(parts)


def _verdict(repo: Repo) -> Iterator[Finding]:
    tops = {(p.workflow.path, p.top.id): p for p in repo.gates}
    if len(tops) < 2:
        return  # one required job is its own verdict
    verdicts = verdict_jobs(repo)
    if not verdicts:
        yield from _no_verdict(repo)
        return
    for path in dict.fromkeys(p.workflow.path for p in tops.values()):
        mine = [job for job in verdicts if job.workflow.path == path]
        needed = {need for job in mine for need in job.needs}
        own = [job for where, job in tops if where == path and job not in {verdict.id for verdict in mine}]
        left_out = [job for job in own if job not in needed]
        if not mine and len(own) == 1:
            continue
        if left_out:
            where = (
                mine[0].at("needs")
                if mine
                else next(p for p in tops.values() if p.workflow.path == path).workflow.at("jobs")
            )
            who = f"verdict job {mine[0].id}" if mine else f"no verdict job of {path}"
            yield Finding(
                where, f"{who} {'does not need' if mine else 'needs'} {', '.join(left_out)}: red there, it is green"
            )
    for job in verdicts:
        yield from _verdict_holds(job)


def _no_verdict(repo: Repo) -> Iterator[Finding]:
    for workflow in gating(repo):
        for job in workflow.jobs.values():
            gathered = sum(1 for p in repo.gates if p.workflow is workflow and p.top.id in job.needs)
            if gathered >= 2 and judges(job):
                where = job.at("if") if "if" in job.data else job.at()
                condition = text(job.data.get("if")) or "every job it needs passed"
                sentence = f"job {job.id} judges the others but runs only if {condition}: skipped, it counts as passed"
                yield Finding(where, sentence, "if: always()")
                return
            if gathered >= 2 and holds(job.data.get("if"), repo.pull_request) and "if" in job.data:
                yield Finding(job.at(), f"job {job.id} needs the others but never looks at their results")
                return
    yield Finding(
        home(repo),
        "no verdict job gathers the required jobs: one that is skipped or cancelled counts as passed",
        "add a job with `if: always()` that needs them all and fails unless every needs.*.result is success",
    )


def _verdict_holds(job: Job) -> Iterator[Finding]:
    if text(job.data.get("continue-on-error")) not in ("", "false"):
        yield Finding(job.at("continue-on-error"), f"verdict job {job.id} has continue-on-error: it can't fail")
    for step in job.steps:
        if text(step.data.get("continue-on-error")) not in ("", "false") and not HOUSEKEEPING.search(step.uses):
            yield Finding(step.at("continue-on-error"), f"a step of verdict job {job.id} has continue-on-error")
    whole = _whole(job)
    if _ONE_IS_ENOUGH.search(whole):
        yield Finding(
            job.at("steps"),
            f"verdict job {job.id} is content with one success: the others may have failed",
            "demand that every needs.*.result is success",
        )
    if "failure" in whole and not re.search(r"success|skipped|cancelled|alls-green|letsbe", whole, re.IGNORECASE):
        sentence = f"verdict job {job.id} looks for failure alone: jobs that were skipped or cancelled pass"
        yield Finding(job.at("steps"), sentence, "demand that every needs.*.result is success")


def gating(repo: Repo) -> list[Workflow]:
    """The workflows whose runs a pull request starts and that hold, or call, a required job."""
    found = [p.workflow for p in repo.gates] + [job.workflow for job in verdict_jobs(repo)]
    return list({w.path: w for w in found}.values())


def home(repo: Repo) -> Location:
    """Where a missing job would stand."""
    for workflow in gating(repo):
        return workflow.at("jobs")
    started: list[Placed] = repo.on_pull_request
    candidates = [*(placed.workflow for placed in started), *repo.workflows]
    return candidates[0].at("jobs") if candidates else Location("letsbe.yaml")


RULES = (
    Rule(
        Invariant(
            "verdict-job",
            "Where several jobs are required, one job with `if: always()` needs them all and judges their results.",
            "PL05; re-actors/alls-green: a skipped job is a success to the server",
        ),
        _verdict,
        "repo",
    ),
)
