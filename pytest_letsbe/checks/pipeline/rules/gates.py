"""Rules on the gate of a merge: required jobs exist, always run, can fail, and install what is locked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..branches import covers, globs
from ..conditions import Event, holds
from ..finding import Finding, Rule
from ..installs import loose_installs
from ..repo import PULL_REQUEST, Placed, Repo, pushed
from ..shell import swallows
from ..workflows import Job, Step, Workflow, mapping, text
from .verdict import HOUSEKEEPING, gating, home, verdict_jobs

#: What a pull request's run must answer to: opened, pushed to, opened again. Gitea spells one of them in two ways.
_TYPES = ({"opened"}, {"synchronize", "synchronized"}, {"reopened"})
#: A step may look at what an earlier step did, at its matrix cell, or at the machine.
_OWN_STATE = re.compile(
    r"\b(?:steps\.[\w-]+\.(?:outputs\.cache-hit|outcome|conclusion)|matrix\.[\w.-]+|runner\.\w+|job\.\w+)\b"
    r"|\b(?:always|success|failure|cancelled|hashFiles|contains|startsWith|endsWith)\b|'[^']*'|\b(?:true|false|null)\b"
)


def preview(name: str) -> bool:
    """Preview images are of a pull request alone; main builds its own."""
    return "preview" in name


def _required(repo: Repo) -> Iterator[Finding]:
    missing = [name for name in repo.policy.required if not repo.answering(name, repo.on_pull_request)]
    where = home(repo)
    for name in missing:
        yield Finding(
            where, f"no job {name} runs on pull requests", "add it, or name the jobs you require in the policy"
        )


def _again(repo: Repo) -> Iterator[Finding]:
    branch = repo.policy.branch
    started = [w for w in repo.workflows if pushed(w, branch)]
    for name in repo.policy.required:
        if preview(name):
            continue
        found = [p for p in repo.answering(name, repo.on_push) if p.runs(repo.push) is not False]
        if not found:
            where = started[0].at("jobs") if started else home(repo)
            yield Finding(where, f"job {name} doesn't run again on a push to {branch}")
    for workflow in started:
        if any(p.workflow is workflow for p in repo.gates_on_main):
            for key in ("paths", "paths-ignore"):
                if key in workflow.triggers["push"]:
                    sentence = f"push is filtered by {key}: commits on {branch} that it leaves out are never checked"
                    yield Finding(workflow.at("on", "push", key), sentence)


def _filters(repo: Repo) -> Iterator[Finding]:
    for workflow in gating(repo):
        for event in PULL_REQUEST:
            if event in workflow.triggers:
                yield from _filtered(workflow, event, repo.policy.branch)


def _filtered(workflow: Workflow, event: str, branch: str) -> Iterator[Finding]:
    filters = workflow.triggers[event]
    consequence = "a run that a filter leaves out posts `skipped`, which counts as passed"
    for key in ("paths", "paths-ignore"):
        if key in filters:
            yield Finding(workflow.at("on", event, key), f"{event} is filtered by {key}: {consequence}")
    if not covers(filters, branch):
        key = "branches" if "branches" in filters else "branches-ignore"
        sentence = f"{event} is filtered by {key}, which leaves out {branch}: {consequence}"
        yield Finding(workflow.at("on", event, key), sentence)
    if "types" in filters:
        types = set(globs(filters, "types"))
        left_out = [sorted(names)[0] for names in _TYPES if not names & types]
        if left_out:
            sentence = (
                f"{event} is filtered by types, which leave out {', '.join(left_out)}: a change gets by unchecked"
            )
            yield Finding(workflow.at("on", event, "types"), sentence)


def _unconditional(repo: Repo) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for event, placed in [(repo.pull_request, repo.gates), (repo.push, repo.gates_on_main)]:
        verdicts = {(v.workflow.path, v.id) for v in verdict_jobs(repo)}
        for gate in placed:
            if gate.runs(event) is False and event.name == "push":
                continue  # `rerun-on-main` says whether it is missed there
            yield from _held_back(gate, event, seen)
            for job in gate.chain:
                key = (job.workflow.path, job.id, event.name)
                if key not in seen and (job.workflow.path, job.id) not in verdicts:
                    seen.add(key)
                    yield from _job_conditions(job, event)


def _held_back(gate: Placed, event: Event, seen: set[tuple[str, str, str]]) -> Iterator[Finding]:
    """A job that waits for one that is skipped is skipped as well, unless its own condition says otherwise."""
    if "if" in gate.job.data:
        return
    for need in gate.job.needs:
        before = gate.job.workflow.jobs.get(need)
        condition = before.data.get("if") if before else None
        key = (gate.job.workflow.path, f"{gate.job.id} {need}", event.name)
        if condition is None or key in seen or holds(condition, event) is True:
            continue
        seen.add(key)
        sentence = f"required job {gate.job.id} needs {need}, which runs only if {text(condition)}"
        yield Finding(gate.job.at("needs"), f"{sentence}: skipped with it, it counts as passed ({event.name})")


def _job_conditions(job: Job, event: Event) -> Iterator[Finding]:
    condition = job.data.get("if")
    if condition is not None and holds(condition, event) is not True:
        yield Finding(
            job.at("if"),
            f"required job {job.id} runs only if {text(condition)}: a skipped job counts as passed ({event.name})",
        )
    if text(job.data.get("continue-on-error")) not in ("", "false"):
        yield Finding(job.at("continue-on-error"), f"required job {job.id} has continue-on-error: it can't fail")
    for axis, values in mapping(mapping(job.data.get("strategy")).get("matrix")).items():
        if values == [] and axis != "exclude":
            yield Finding(job.at("strategy"), f"the matrix of required job {job.id} has no {axis}: it never runs")
    for step in job.steps:
        yield from _step_conditions(step, event)


def _step_conditions(step: Step, event: Event) -> Iterator[Finding]:
    if step.uses and HOUSEKEEPING.search(step.uses):
        return
    name = step.name or (step.run.strip().splitlines() or [step.uses])[0]
    if text(step.data.get("continue-on-error")) not in ("", "false"):
        yield Finding(
            step.at("continue-on-error"), f"step {name!r} of {step.job.id} has continue-on-error: it can't fail"
        )
    condition = step.data.get("if")
    if condition is None or holds(condition, event) is True:
        return
    rest = _OWN_STATE.sub("", text(condition))
    if holds(condition, event) is False or re.search(r"[A-Za-z]", rest.replace("steps", "")):
        yield Finding(step.at("if"), f"step {name!r} of required job {step.job.id} runs only if {text(condition)}")


def _swallowed(repo: Repo) -> Iterator[Finding]:
    seen: set[int] = set()
    jobs = [p.job for p in (*repo.gates, *repo.gates_on_main)] + verdict_jobs(repo)
    for job in jobs:
        if id(job) in seen:
            continue
        seen.add(id(job))
        for step in job.steps:
            if "failure()" in text(step.data.get("if")) or step.shell in ("python", "node", "pwsh", "cmd"):
                continue
            for found in swallows(step.run, step.shell):
                sentence = f"{job.id}: `{_short(found.text)}`: {found.why}"
                yield Finding(step.at_run_line(found.number), sentence)


def _frozen(repo: Repo) -> Iterator[Finding]:
    seen: set[int] = set()
    for placed in (*repo.gates, *repo.gates_on_main):
        if id(placed.job) not in seen:
            seen.add(id(placed.job))
            for step in placed.job.steps:
                for number, command, mend in loose_installs(step):
                    sentence = f"{placed.job.id}: `{_short(command)}` may install what no lock file names"
                    yield Finding(step.at_run_line(number), sentence, mend)


def _short(command: str, most: int = 80) -> str:
    return command if len(command) <= most else command[: most - 1] + "…"


RULES = (
    Rule(
        Invariant("required-jobs", "Every required job runs on pull requests.", "PL01; strategy: PR pipeline"),
        _required,
        "repo",
    ),
    Rule(
        Invariant(
            "rerun-on-main",
            "Every required job runs again on each push to the protected branch, whatever paths it touches.",
            "PL01; strategy: main re-runs all PR checks",
        ),
        _again,
        "repo",
    ),
    Rule(
        Invariant(
            "no-trigger-filter",
            "No path, branch or type filter keeps a required job from a pull request into the protected branch.",
            "PL02; go-gitea#38237: a filtered workflow posts `skipped`, which counts as passed",
        ),
        _filters,
        mend="take the filter out; decide inside the job what there is to do",
    ),
    Rule(
        Invariant(
            "no-conditional-gate",
            "A required job and its steps have no condition that can be false, and no continue-on-error.",
            "PL03; Gitea commit_status.go: skipped is combined as success",
        ),
        _unconditional,
        mend="take the condition out, or the job out of the required ones",
    ),
    Rule(
        Invariant(
            "no-swallowed-exit",
            "No step of a required job turns a failing command into a green one.",
            "PL04",
        ),
        _swallowed,
        mend="let the command fail the step (shell: bash sets -e and pipefail)",
    ),
    Rule(
        Invariant(
            "frozen-installs",
            "Required jobs install what a lock file names, or exact versions, and nothing else.",
            "PL17",
        ),
        _frozen,
    ),
)
