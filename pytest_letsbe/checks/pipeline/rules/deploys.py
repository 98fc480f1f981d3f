"""Rules on the way to production: gates first, build once, by digest, by hand, EU before US."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..branches import globs
from ..conditions import Event, holds
from ..finding import Finding, Rule
from ..repo import Repo, answers, pushed
from ..roles import builds, changes_what_runs, deploys, makes_sbom, production, regions, ships, signs, spoken
from ..shell import commands
from ..workflows import Job, Workflow, mapping, sequence, strings, text
from .gates import preview

_STATUS = re.compile(r"\b(always|failure|cancelled)\s*\(", re.IGNORECASE)
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
_BY_HAND = frozenset({"workflow_dispatch", "workflow_call"})


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
        if not _starts_by_push(workflow, repo):
            continue
        for job in workflow.jobs.values():
            if _on_main(job, repo) and _deploys(job, repo):
                yield from _closure_holds(workflow, job, repo)


def _starts_by_push(workflow: Workflow, repo: Repo) -> bool:
    return pushed(workflow, repo.policy.branch) or "workflow_run" in workflow.triggers


def _on_main(job: Job, repo: Repo) -> bool:
    return holds(job.data.get("if"), repo.push) is not False


def _deploys(job: Job, repo: Repo) -> bool:
    """Whether the job, or a workflow that it calls, deploys. A required job is none that does."""
    if any(answers(job, name) for name in repo.policy.required):
        return False
    called = repo.called(job)
    return deploys(job) or (called is not None and any(deploys(inner) for inner in called.jobs.values()))


def _closure_holds(workflow: Workflow, job: Job, repo: Repo) -> Iterator[Finding]:
    before = _before(workflow, job, repo)
    wanted = [name for name in repo.policy.required if not preview(name)]
    left_out = [name for name in wanted if not any(answers(j, name) for j in before)]
    where = job.at("needs") if job.needs else job.at()
    if left_out:
        yield Finding(where, f"job {job.id} deploys without waiting for {', '.join(left_out)}", "add them to needs")
    inside = [job, *before]
    for what, test in (("an image build", builds), ("an SBOM", makes_sbom), ("a signature", signs)):
        if not any(test(j) for j in inside):
            yield Finding(where, f"job {job.id} deploys without waiting for {what}", "add that job to needs")


def _before(workflow: Workflow, job: Job, repo: Repo) -> list[Job]:
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
                where = job.at("needs") if job.needs else job.at()
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
            where = job.at("needs") if job.needs else job.at()
            yield Finding(where, f"job {job.id} signs without waiting for {lists[0].id}, which makes the SBOM")


def _digest(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if any(event.startswith("pull_request") for event in workflow.triggers) and not _starts_by_push(workflow, repo):
            continue
        inputs = "\n".join(v for _, v in strings(dict(workflow.triggers))) + " ".join(_input_names(workflow))
        for job in workflow.jobs.values():
            if _deploys(job, repo) and (_on_main(job, repo) or not pushed(workflow, repo.policy.branch)):
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


def _input_names(workflow: Workflow) -> list[str]:
    return [name for event in _BY_HAND for name in mapping(workflow.triggers.get(event, {}).get("inputs"))]


def _rebuilt(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        if pushed(workflow, repo.policy.branch) or any(e.startswith("pull_request") for e in workflow.triggers):
            continue
        promotes = [job for job in workflow.jobs.values() if _deploys(job, repo)]
        if promotes and not _release_tags(workflow):
            for job in workflow.jobs.values():
                if builds(job):
                    sentence = (
                        f"job {job.id} builds again before {promotes[0].id}: other bytes than those that were tested"
                    )
                    yield Finding(job.at(), sentence, "promote the digest that main built")


def _by_hand(repo: Repo) -> Iterator[Finding]:
    allowed = _BY_HAND | ({"push"} if repo.policy.approval == "deploy-pr" else frozenset())
    for workflow in repo.workflows:
        if set(workflow.triggers) == {"workflow_call"}:
            continue  # its callers are judged
        for job in workflow.jobs.values():
            if not _production(workflow, job, repo):
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
                whole = "\n".join([spoken(j) + f"\n{j.id} {j.name}" for j in [job, *_before(workflow, job, repo)]])
                names = " ".join(step.name for j in [job, *_before(workflow, job, repo)] for step in j.steps)
                if not _APPROVAL.search(f"{whole}\n{names}\n{' '.join(_input_names(workflow))}"):
                    sentence = f"nothing before job {job.id} asks who approved production"
                    yield Finding(job.at(), sentence, "need a job that checks an approval of this digest")


def _production(workflow: Workflow, job: Job, repo: Repo) -> bool:
    called = repo.called(job)
    if any(answers(job, name) for name in repo.policy.required):
        return False
    return production(workflow, job) or (
        called is not None and any(production(workflow, j) or production(called, j) for j in called.jobs.values())
    )


def _us_after_eu(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.workflows:
        jobs = [job for job in workflow.jobs.values() if _production(workflow, job, repo)]
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
            inside = [job, *_before(workflow, job, repo)]
            whole = "\n".join(f"{j.id}\n{j.name}\n{spoken(j)}" for j in inside)
            inputs = "\n".join(n.replace("_", " ").replace("-", " ") for n in _input_names(workflow))
            if not _EU_HEALTH.search(re.sub(r"[_-]", " ", f"{whole}\n{inputs}")):
                yield Finding(job.at(), f"job {job.id} reaches the US without looking whether the EU is healthy")


def _release_tags(workflow: Workflow) -> list[str]:
    return globs(workflow.triggers.get("push", {}), "tags")


def _tags(repo: Repo) -> Iterator[Finding]:
    releases: list[Workflow] = []
    for workflow in repo.workflows:
        found = _release_tags(workflow)
        if found:
            releases.append(workflow)
        for glob in found:
            if not glob.startswith("!") and not _is_release(glob, repo.policy.tags):
                allowed = ", ".join(f"{name}/vX.Y.Z" for name in repo.policy.tags)
                sentence = f"tag {glob!r} starts it; release tags are {allowed}"
                yield Finding(workflow.at("on", "push", "tags"), sentence)
        yield from _any_ref(workflow, repo)
    for other in releases[1:]:
        names = {glob.split("/")[0] for glob in _release_tags(other)}
        shared = [w for w in releases[: releases.index(other)] if names & {g.split("/")[0] for g in _release_tags(w)}]
        if shared:
            yield Finding(
                other.at("on", "push", "tags"), f"a release tag starts this and {shared[0].file}: one workflow releases"
            )


def _any_ref(workflow: Workflow, repo: Repo) -> Iterator[Finding]:
    """A push without filters means any branch and any tag."""
    filters = workflow.triggers.get("push")
    if filters is None or filters.keys() & {"branches", "tags", "branches-ignore", "tags-ignore"}:
        return
    elsewhere = Event("push", "some-other-branch")
    for job in workflow.jobs.values():
        if _deploys(job, repo) and holds(job.data.get("if"), elsewhere) is True:
            sentence = f"a push to any branch, and any tag, starts job {job.id}, which deploys"
            yield Finding(workflow.at("on", "push"), sentence, f"push: {{branches: [{repo.policy.branch}]}}")


def _is_release(glob: str, names: list[str]) -> bool:
    found = re.fullmatch(r"(?P<name>[\w{},|()*-]+)/v(?P<rest>[^/]*)", glob)
    if not found:
        return False
    return all(name in names for name in re.split(r"[{},|()]+", found["name"]) if name) and found["rest"] != ""


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
    Rule(
        Invariant(
            "release-tags",
            "Only release tags (<name>/vX.Y.Z) start a release, only one workflow does it, and no other ref deploys.",
            "PL20",
        ),
        _tags,
    ),
)
