"""Rules on what a pipeline runs that others publish: actions by commit, images by digest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant, Location
from ..files import image_lines
from ..finding import Finding, Rule
from ..images import built_here, pinned, run_images
from ..repo import Repo
from ..workflows import Job, Workflow, mapping, text

_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


def _actions(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.every:
        for job in workflow.jobs.values():
            if job.uses:
                yield from _use(job.uses, job.at("uses"), f"job {job.id}")
            for step in job.steps:
                if step.uses:
                    yield from _use(step.uses, step.at("uses"), f"job {job.id}")


def _use(uses: str, where: Location, who: str) -> Iterator[Finding]:
    if uses.startswith(("./", "../", "docker://")):
        return
    reference = uses.rpartition("@")[2] if "@" in uses else ""
    if not _COMMIT.match(reference):
        what = f"{reference}, which its owner can move" if reference else "no version at all"
        name = uses.rpartition("@")[0] or uses
        yield Finding(where, f"{who} uses {name} at {what}", "pin the commit: owner/name@<40 hex> # vX.Y.Z")


def _images(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.every:
        own = built_here(workflow)
        for job in workflow.jobs.values():
            yield from _declared(workflow, job)
            for step in job.steps:
                if step.uses.startswith("docker://") and not pinned(step.uses.removeprefix("docker://")):
                    yield Finding(step.at("uses"), f"job {job.id} runs {step.uses}, whose tag can move", _MEND)
                for number, image in run_images(step.run):
                    if not pinned(image) and _base(image) not in own:
                        yield Finding(step.at_run_line(number), f"job {job.id} runs {image}, whose tag can move", _MEND)


def _declared(workflow: Workflow, job: Job) -> Iterator[Finding]:
    container = job.data.get("container")
    image = text(mapping(container).get("image") if isinstance(container, dict) else container)
    if image and not all(pinned(one) for one in _over_cells(image, job)):
        yield Finding(job.at("container"), f"job {job.id} runs in {image}, whose tag can move", _MEND)
    for name, service in mapping(job.data.get("services")).items():
        image = text(mapping(service).get("image") if isinstance(service, dict) else service)
        if image and not all(pinned(one) for one in _over_cells(image, job)):
            yield Finding(
                job.at("services", name), f"service {name} of job {job.id} is {image}, whose tag can move", _MEND
            )


def _over_cells(image: str, job: Job) -> list[str]:
    from ..workflows import filled

    return [filled(image, cell) for cell in job.cells]


def _base(image: str) -> str:
    return re.sub(r"(?::[^/]*)?(?:@.*)?\Z", "", image)


def _files(repo: Repo) -> Iterator[Finding]:
    for where, image in image_lines(repo.root):
        if not pinned(image):
            yield Finding(where, f"{image} is named by a tag, which can move", _MEND)


_MEND = "name it by digest: image@sha256:<64 hex>"

RULES = (
    Rule(
        Invariant(
            "pinned-actions",
            "Every action and reusable workflow of others is named by a full commit id.",
            "PL08; tj-actions/changed-files, CVE-2025-30066: moved tags leaked secrets of 23,000 repos",
        ),
        _actions,
    ),
    Rule(
        Invariant(
            "pinned-images",
            "Every image that a workflow runs is named by digest: containers, services, docker:// and docker run.",
            "PL09",
        ),
        _images,
    ),
    Rule(
        Invariant(
            "pinned-base-images",
            "Every image that a Dockerfile, a compose file or a Kubernetes manifest names has a digest.",
            "PL09",
        ),
        _files,
        "files",
    ),
)
