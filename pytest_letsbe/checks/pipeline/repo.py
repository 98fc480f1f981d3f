"""A repo's workflows as the rules see them: files read, jobs placed under the events that start them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from ... import strict_yaml
from ...model import Location, UsageError
from .branches import covers
from .conditions import Event, holds
from .finding import Finding
from .policy import Policy
from .workflows import Job, Workflow, text

#: Where the server looks, in this order; it takes the first folder that exists (Gitea WORKFLOW_DIRS).
FOLDERS = (".gitea/workflows", ".github/workflows")
SCOPED = ".gitea/scoped_workflows"

PULL_REQUEST = ("pull_request", "pull_request_target")


@dataclass(frozen=True)
class Placed:
    """A job in a run: the workflow that the event starts, and the jobs that call the one it stands in."""

    workflow: Workflow
    job: Job
    callers: tuple[Job, ...] = ()

    @property
    def chain(self) -> tuple[Job, ...]:
        return (*self.callers, self.job)

    @property
    def top(self) -> Job:
        """The job of the started workflow: what ``needs`` can name."""
        return self.chain[0]

    def runs(self, event: Event) -> bool | None:
        """Whether its conditions let it run on the event, see ``conditions.holds``."""
        answers = [holds(job.data.get("if"), event) for job in self.chain]
        return False if False in answers else None if None in answers else True


@dataclass(frozen=True)
class Repo:
    """What is judged. ``workflows`` are those the server runs, ``shadowed`` those of a folder it doesn't look in."""

    root: Path
    policy: Policy = field(default_factory=Policy)
    workflows: tuple[Workflow, ...] = ()
    shadowed: tuple[Workflow, ...] = ()
    scoped: tuple[Workflow, ...] = ()
    unreadable: tuple[Finding, ...] = ()
    base_problem: str = ""
    policy_file: str | None = None

    @property
    def every(self) -> tuple[Workflow, ...]:
        return (*self.workflows, *self.shadowed, *self.scoped)

    @property
    def pull_request(self) -> Event:
        return Event("pull_request", self.policy.branch)

    @property
    def push(self) -> Event:
        return Event("push", self.policy.branch)

    @cached_property
    def on_pull_request(self) -> list[Placed]:
        """Jobs that a pull request into the protected branch starts, whatever its filters say."""
        return [
            placed for w in self.workflows if any(e in w.triggers for e in PULL_REQUEST) for placed in self.placed(w)
        ]

    @cached_property
    def on_push(self) -> list[Placed]:
        """Jobs that a push to the protected branch starts."""
        return [placed for w in self.workflows if pushed(w, self.policy.branch) for placed in self.placed(w)]

    def placed(self, workflow: Workflow) -> Iterator[Placed]:
        """The jobs of a workflow, and those of the local workflows that they call."""
        for job in workflow.jobs.values():
            yield from self._placed(workflow, job, ())

    def _placed(self, workflow: Workflow, job: Job, callers: tuple[Job, ...]) -> Iterator[Placed]:
        yield Placed(workflow, job, callers)
        called = self.called(job)
        if called is not None and len(callers) < 10 and all(c.workflow is not called for c in (*callers, job)):
            for inner in called.jobs.values():
                yield from self._placed(workflow, inner, (*callers, job))

    def called(self, job: Job) -> Workflow | None:
        """The workflow of this repo that a job calls."""
        if not job.uses.startswith("./"):
            return None
        wanted = PurePosixPath(job.uses.partition("@")[0]).as_posix()
        return next((w for w in self.every if w.path == wanted), None)

    def answering(self, name: str, among: list[Placed]) -> list[Placed]:
        """The jobs that a required name means, and all the jobs that they call."""
        return [p for p in among if any(answers(job, name) for job in p.chain)]

    @cached_property
    def gates(self) -> list[Placed]:
        """The required jobs of the PR pipeline, with everything they call."""
        found = [p for name in self.policy.required for p in self.answering(name, self.on_pull_request)]
        return list(dict.fromkeys(found))

    @cached_property
    def gates_on_main(self) -> list[Placed]:
        found = [p for name in self.policy.required for p in self.answering(name, self.on_push)]
        return list(dict.fromkeys(found))

    def closure(self, workflow: Workflow, job: str) -> set[str]:
        """The ids of a job and of all that it needs, directly or not."""
        seen: set[str] = set()
        todo = [job]
        while todo:
            current = todo.pop()
            if current not in seen and current in workflow.jobs:
                seen.add(current)
                todo += workflow.jobs[current].needs
        return seen


def slug(name: str) -> str:
    """``Unit tests (${{ matrix.node }})`` is ``unit-tests``."""
    plain = re.sub(r"\$\{\{.*?\}\}|\([^)]*\)", " ", name)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def answers(job: Job, required: str) -> bool:
    """Whether a job is the required one, by its id or by the name that a status shows."""
    return slug(required) in (slug(job.id), slug(job.name))


def pushed(workflow: Workflow, branch: str) -> bool:
    """Whether a push to the branch starts it; filters on paths are judged elsewhere."""
    if "push" not in workflow.triggers:
        return False
    filters = workflow.triggers["push"]
    tags_only = ("tags" in filters or "tags-ignore" in filters) and not filters.keys() & {"branches", "branches-ignore"}
    return not tags_only and covers(filters, branch)


def load(root: Path, policy: Policy) -> Repo:
    """Read the workflow files below a folder; those that can't be read become findings."""
    unreadable: list[Finding] = []
    gitea, github, scoped = (tuple(_read(root, folder, unreadable)) for folder in (*FOLDERS, SCOPED))
    first, second = (gitea, github) if (root / FOLDERS[0]).is_dir() else (github, ())
    return Repo(root, policy, first, second, scoped, tuple(unreadable))


def names(root: Path) -> list[str]:
    """Paths of all workflow files, sorted."""
    found: list[str] = []
    for folder in (*FOLDERS, SCOPED):
        if (root / folder).is_dir():
            found += sorted(
                f"{folder}/{child.name}" for child in (root / folder).iterdir() if child.suffix in (".yml", ".yaml")
            )
    return found


def _read(root: Path, folder: str, unreadable: list[Finding]) -> Iterator[Workflow]:
    for path in names(root):
        if PurePosixPath(path).parent.as_posix() != folder:
            continue
        try:
            if (root / path).is_symlink():
                raise UsageError("is a symbolic link: the server reads the link, not what it points at", Location(path))
            document = strict_yaml.load(root / path, shown_as=path, merge=True)
        except UsageError as error:
            where = error.location or Location(path)
            sentence = text(str(error)).removeprefix(f"{where}: ")
            unreadable.append(Finding(where, f"the workflow {sentence}"))
            continue
        source = (root / path).read_bytes().decode("utf-8-sig", "replace")
        yield Workflow(path, document, source)
