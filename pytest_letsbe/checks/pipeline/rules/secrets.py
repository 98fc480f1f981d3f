"""Rules on secrets: what jobs of a pull request can read, and who else can start such a job."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from ....model import Invariant
from ....strict_yaml import YamlPath
from ..finding import Finding, Rule
from ..repo import Placed, Repo
from ..workflows import Workflow, mapping, strings, text

#: The server makes them for each run.
_AUTOMATIC = ("GITHUB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN")
#: Without an allowlist: names of what deploys, signs, publishes or opens a cloud.
_REACHES_FAR = re.compile(
    r"(?:^|_)(?:PROD|PRODUCTION|PRD|LIVE|DEPLOY\w*|RELEASE|SIGN|SIGNING|COSIGN|KUBE\w*|SSH|PUBLISH|ADMIN|ROOT|MASTER|AWS|GCP"
    r"|AZURE|STRIPE|VAULT|DATABASE|DB|TERRAFORM|TF|HETZNER|NETCUP|CLOUDFLARE|HCLOUD|EU|US|GPG|PGP)(?:_|$)"
)
_NEAR = re.compile(r"(?:^|_)(?:PREVIEW|TEST|TESTING|STAGING|DEV|READ|READONLY|RO|CI|PR|SANDBOX)(?:_|$)")
_NAMED = re.compile(r"\bsecrets\s*\.\s*([A-Za-z_]\w*)")
_WHOLE = re.compile(r"\bto_?json\s*\(\s*secrets\s*\)|\bsecrets\s*\[|\bsecrets\s*\.\s*\*", re.IGNORECASE)
_HEAD = re.compile(
    r"head[._](?:ref|sha)|head\.repo|refs/pull/|pull_request\.(?:number|head)|event\.number|\bpr\s+checkout\b|FETCH_HEAD",
    re.IGNORECASE,
)


def _secrets(repo: Repo) -> Iterator[Finding]:
    seen: set[object] = set()
    for placed in repo.on_pull_request:
        if placed.runs(repo.pull_request) is False:
            continue
        for finding in _readable(placed, repo):
            key = (finding.location, finding.sentence)
            if key not in seen:
                seen.add(key)
                yield finding


def _readable(placed: Placed, repo: Repo) -> Iterator[Finding]:
    for workflow in {placed.workflow.path: placed.workflow, placed.job.workflow.path: placed.job.workflow}.values():
        yield from _below(workflow, ("env",), repo)
    job = placed.job
    yield from _below(job.workflow, job.path, repo)
    if text(job.data.get("secrets")) == "inherit":
        sentence = f"job {job.id} hands every secret of the repo to {job.uses} in a pull request"
        yield Finding(job.at("secrets"), sentence, "map the secrets it needs by name")


def _below(workflow: Workflow, path: YamlPath, repo: Repo) -> Iterator[Finding]:
    value: object = workflow.data
    for key in path:
        value = mapping(value).get(str(key))
    for inner, found in strings(value, path):
        where = workflow.at(*inner)
        if _WHOLE.search(found):
            yield Finding(
                where, "a pull request can read secrets by a computed name, or all of them", "name the secret"
            )
        for name in _NAMED.findall(found):
            if reason := _refused(name.upper(), repo):
                yield Finding(
                    where, f"a pull request can read secret {name}: {reason}", "move it to a job that a push starts"
                )


def _refused(name: str, repo: Repo) -> str:
    if name in _AUTOMATIC:
        return ""
    policy = repo.policy
    lower = name.lower()
    if any(fnmatch.fnmatchcase(lower, glob.lower()) for glob in policy.production_secrets):
        return "its name says production"
    if policy.secrets.pr is not None:
        allowed = any(fnmatch.fnmatchcase(lower, glob.lower()) for glob in policy.secrets.pr)
        return "" if allowed else "the policy doesn't allow it (secrets.pr)"
    return (
        "its name says that it deploys, signs or publishes"
        if _REACHES_FAR.search(name) and not _NEAR.search(name)
        else ""
    )


def _target(repo: Repo) -> Iterator[Finding]:
    for workflow in (*repo.workflows, *repo.scoped):
        if "pull_request_target" not in workflow.triggers:
            continue
        where = workflow.at("on", "pull_request_target")
        if any(p.workflow is workflow for p in repo.gates):
            sentence = (
                "required jobs run on pull_request_target: they judge the base, with the repo's secrets, not the change"
            )
            yield Finding(where, sentence, "on: pull_request")
            continue
        for step in workflow.steps():
            whole = "\n".join(value for _, value in strings(dict(step.data)))
            takes = "checkout" in step.uses or re.search(
                r"\bgit\s+(?:fetch|checkout|switch|pull|clone|worktree)\b|\bpr\s+checkout\b", step.run
            )
            if takes and _HEAD.search(whole):
                sentence = f"job {step.job.id} checks out a stranger's change and holds the repo's secrets"
                yield Finding(step.at(), sentence, "on: pull_request")


RULES = (
    Rule(
        Invariant(
            "pr-secrets",
            "Jobs of a pull request read only allowed secrets, by name: none of production, computed or inherited.",
            "PL10; Gitea GetSecretsOfTask: a branch's pull request gets every secret of owner and repo",
        ),
        _secrets,
    ),
    Rule(
        Invariant(
            "no-pull-request-target",
            "pull_request_target never runs the code of the change, and gates nothing.",
            "PL11; GitHub Security Lab: preventing pwn requests",
        ),
        _target,
    ),
)
