"""What a job is for, told by its names and by what it runs: build, sbom, sign, deploy, production."""

from __future__ import annotations

import re

from .workflows import Job, Workflow, strings, text

_BUILD = re.compile(
    r"\b(?:docker|podman|nerdctl)\s+(?:image\s+)?(?:build|buildx\s+(?:build|bake)|compose\s+build)\b|\bbuildah\s+(?:bud|build)\b"
    r"|\bkaniko\b|\bbuildctl\b|build-push-action|\bko\s+build\b|\bpack\s+build\b"
)
_BUILD_NAME = re.compile(r"(?:^|-)(?:re)?build(?:-|$)")
_SBOM = re.compile(r"\bsbom\b|\bsyft\b|\bcyclonedx|\bspdx\b|\bcdxgen\b", re.IGNORECASE)
_SIGN = re.compile(
    r"\bcosign\s+(?:sign|attest)|\bnotation\s+sign\b|\bgpg\b[^\n]*--(?:detach-)?sign|\bsigstore\s+sign\b"
)
_SIGN_NAME = re.compile(r"(?:^|-)sign(?:ing|-images?|ature)?(?:-|$)")
_DEPLOY_NAME = re.compile(r"(?:^|-)(?:deploy(?:ment)?|promot(?:e|ion)|rollout|roll-out|go-live)(?:-|$)")
_DEPLOY = re.compile(
    r"\bkubectl\s+(?:[^\n|;&]*\s)?(?:apply|set\s+image|rollout\s+restart)\b|\bhelm\s+(?:upgrade|install)\b|\bterraform\s+apply\b"
    r"|\bdocker\s+(?:stack\s+deploy|service\s+update)\b|\bansible-playbook\b|\bargocd\s+app\b"
    r"|(?:^|[/\s])(?:deploy|promote)(?:-[\w-]+)?\.(?:sh|py|js|mjs|ts)\b"
)
_PROD = re.compile(r"(?:^|[^a-z])(?:prod|production|prd)(?:[^a-z]|$)", re.IGNORECASE)
_REGION = re.compile(r"(?:^|[^a-z])(eu|us)(?:[^a-z]|$)", re.IGNORECASE)
#: What follows a deploy, or undoes it, runs when something failed: that is its purpose.
_AFTERMATH = re.compile(
    r"(?:^|-)(?:roll-?back|notify|notification|report|clean-?up|abort|verdict|summary|alert|revert|teardown)(?:-|$)"
)


def slug_of(job: Job) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{job.id} {job.name}".lower()).strip("-")


def spoken(job: Job) -> str:
    """Everything that a job runs, uses and passes on, without comments and names, which do nothing."""
    lines = []
    for path, value in strings(dict(job.data)):
        if path[-1] == "name":
            continue
        lines.append("\n".join(re.sub(r"(?:^|\s)#.*", "", line) for line in value.splitlines()))
        lines += [text(part) for part in path if isinstance(part, str)]
    return "\n".join(lines)


def commands(job: Job) -> str:
    """What its steps run and use."""
    parts = [job.uses]
    for step in job.steps:
        parts += [step.run, step.uses]
    return "\n".join("\n".join(re.sub(r"(?:^|\s)#.*", "", line) for line in part.splitlines()) for part in parts)


def builds(job: Job) -> bool:
    """Whether it builds an image."""
    return bool(_BUILD.search(commands(job)) or _BUILD_NAME.search(slug_of(job)))


def makes_sbom(job: Job) -> bool:
    return bool(_SBOM.search(f"{job.id} {job.name}\n{spoken(job)}"))


def signs(job: Job) -> bool:
    return bool(_SIGN.search(commands(job)) or _SIGN_NAME.search(slug_of(job)))


def aftermath(job: Job) -> bool:
    return bool(_AFTERMATH.search(slug_of(job)))


def deploys(job: Job) -> bool:
    """Whether it changes what runs somewhere."""
    if aftermath(job):
        return False
    return bool(_DEPLOY_NAME.search(slug_of(job)) or _DEPLOY.search(commands(job)))


def changes_what_runs(command: str) -> bool:
    """Whether one command deploys."""
    return _DEPLOY.search(command) is not None


def ships(job: Job) -> bool:
    """Whether what it does can't be taken back by a red run: build, sbom, sign, deploy."""
    return not aftermath(job) and (deploys(job) or signs(job) or builds(job))


def production(workflow: Workflow, job: Job) -> bool:
    """Whether it deploys to production."""
    if not deploys(job):
        return False
    own = f"{job.id} {job.name} {job.environment}"
    if re.search(r"(?:^|[^a-z])(?:dev|staging|stage|preview|test)(?:[^a-z]|$)", own, re.IGNORECASE):
        return bool(_PROD.search(own))
    return bool(_PROD.search(f"{workflow.stem} {text(workflow.data.get('name'))} {own}"))


def regions(workflow: Workflow, job: Job) -> set[str]:
    """``eu`` and ``us`` where its names, environment, file or matrix say so."""
    values = " ".join(text(value) for cell in job.cells for value in cell.values())
    own = f"{job.id} {job.name} {job.environment} {values}"
    found = {region.lower() for region in _REGION.findall(re.sub(r"[^A-Za-z]", "  ", own))}
    if found:
        return found
    whole = re.sub(r"[^A-Za-z]", "  ", f"{workflow.stem} {text(workflow.data.get('name'))}")
    return {region.lower() for region in _REGION.findall(whole)}
