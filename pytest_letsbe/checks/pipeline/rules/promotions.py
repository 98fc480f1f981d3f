"""Rules on promotions: build once, move digests, by a person's decision, the EU before the US."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..conditions import Event, holds
from ..finding import Finding, Rule
from ..repo import Repo, pushed
from ..roles import builds, changes_what_runs, regions, spoken
from ..shell import commands
from ..workflows import strings
from .reach import (
    BY_HAND,
    deploys_here,
    input_names,
    jobs_before,
    on_main,
    reaches_production,
    release_tags,
    starts_by_push,
)

_APPROVAL = re.compile(
    r"approv|confirm|sign-?off|four-?eyes|authori[sz]|(?:github|gitea)\.(?:triggering_)?actor", re.IGNORECASE
)
_HEALTH = r"health|soak|slo\b|smoke|canary|burn|error.?rate|status|verified|stable"
_EU_HEALTH = re.compile(
    rf"(?<![a-z])eu(?![a-z])[^\n]{{0,80}}(?:{_HEALTH})|(?:{_HEALTH})[^\n]{{0,80}}(?<![a-z])eu(?![a-z])", re.IGNORECASE
)
_DIGEST = re.compile(r"digest|@?sha256", re.IGNORECASE)
#: `registry.example/hub:1.2`; no path, no URL, no `host:/folder`.
_TAGGED = re.compile(r"[A-Za-z0-9$][\w.${}-]*(?::\d+)?(?:/[\w.${}-]+)+:[\w.${}-]+")


def _digest(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if any(event.startswith("pull_request") for event in workflow.triggers) and not starts_by_push(workflow, repo):
            continue
        inputs = "\n".join(v for _, v in strings(dict(workflow.triggers))) + " ".join(input_names(workflow))
        for job in workflow.jobs.values():
            if deploys_here(job, repo) and (on_main(job, repo) or not pushed(workflow, repo.policy.branch)):
                called = repo.called(job)
                whole = spoken(job) + (f"\n{called.source}" if called else "")
                if not _DIGEST.search(whole) and not (_DIGEST.search(inputs) and "inputs." in whole):
                    sentence = (
                        f"job {job.id} deploys something that no digest names: what runs may not be what was signed"
                    )
                    yield Finding(job.at(), sentence, "hand the digest of the build on, as an output or an input")
                    continue
                for step in job.steps:
                    for number, word in _by_tag(step.run):
                        sentence = f"job {job.id} deploys {word!r}: a tag may have moved since the image was signed"
                        yield Finding(step.at_run_line(number), sentence, "name it by @sha256, from the build's output")


def _by_tag(script: str) -> Iterator[tuple[int, str]]:
    """Image references by tag that a command which deploys is given."""
    for number, words in commands(script):
        if not changes_what_runs(" ".join(words)):
            continue
        for word in words[1:]:
            image = word.rpartition("=")[2]
            if _TAGGED.fullmatch(image) and not _DIGEST.search(image):
                yield number, image


def _rebuilt(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if pushed(workflow, repo.policy.branch) or any(e.startswith("pull_request") for e in workflow.triggers):
            continue
        promotes = [job for job in workflow.jobs.values() if deploys_here(job, repo)]
        if promotes and not release_tags(workflow):
            for job in workflow.jobs.values():
                if builds(job):
                    sentence = (
                        f"job {job.id} builds again before {promotes[0].id}: other bytes than those that were tested"
                    )
                    yield Finding(job.at(), sentence, "promote the digest that main built")


def _by_hand(repo: Repo) -> Iterator[Finding]:
    allowed = BY_HAND | ({"push"} if repo.policy.approval == "deploy-pr" else frozenset())
    for workflow in repo.workflows:
        if set(workflow.triggers) == {"workflow_call"}:
            continue  # its callers are judged
        for job in workflow.jobs.values():
            if not reaches_production(workflow, job, repo):
                continue
            others = [
                e
                for e in workflow.triggers
                if e not in allowed and holds(job.data.get("if"), Event(e, repo.policy.branch)) is not False
            ]
            for event in others:
                yield Finding(
                    workflow.at("on", event), f"job {job.id} reaches production by {event}, without anybody's decision"
                )
            if not others and repo.policy.approval == "dispatch":
                inside = [job, *jobs_before(workflow, job, repo)]
                whole = "\n".join(spoken(j) + f"\n{j.id} {j.name}" for j in inside)
                names = " ".join(step.name for j in inside for step in j.steps)
                if not _APPROVAL.search(f"{whole}\n{names}\n{' '.join(input_names(workflow))}"):
                    sentence = f"nothing before job {job.id} asks who approved production"
                    yield Finding(job.at(), sentence, "need a job that checks an approval of this digest")


def _us_after_eu(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        jobs = [job for job in workflow.jobs.values() if reaches_production(workflow, job, repo)]
        us = [job for job in jobs if "us" in regions(workflow, job)]
        eu = [job for job in jobs if "eu" in regions(workflow, job)]
        if us and eu:
            yield Finding(
                us[0].at(),
                f"job {us[0].id} reaches the US in the same run as {eu[0].id} the EU",
                "give the US its own workflow",
            )
            continue
        for job in us:
            inside = [job, *jobs_before(workflow, job, repo)]
            whole = "\n".join(f"{j.id}\n{j.name}\n{spoken(j)}" for j in inside)
            inputs = "\n".join(n.replace("_", " ").replace("-", " ") for n in input_names(workflow))
            if not _EU_HEALTH.search(re.sub(r"[_-]", " ", f"{whole}\n{inputs}")):
                yield Finding(job.at(), f"job {job.id} reaches the US without looking whether the EU is healthy")


RULES = (
    Rule(
        Invariant("deploy-by-digest", "A deploy names its image by the digest that was built.", "PL16"),
        _digest,
    ),
    Rule(
        Invariant("build-once", "A promotion builds nothing: it moves the digest that main built.", "PL16"),
        _rebuilt,
    ),
    Rule(
        Invariant(
            "production-by-hand",
            "Production is reached by a person's decision, which the workflow asks for, and by no other event.",
            "PL12; Gitea ignores `environment:`: there are no required reviewers",
        ),
        _by_hand,
        mend="on: workflow_dispatch, or `approval: deploy-pr` in the policy of a deploy repo",
    ),
    Rule(
        Invariant(
            "us-after-eu",
            "The US has its own workflow, which looks at the health of the EU first.",
            "PL13; strategy: promote-prod-us is a separate gate after EU health",
        ),
        _us_after_eu,
    ),
)
