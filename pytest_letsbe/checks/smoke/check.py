"""smoke: in a disposable root the provisioner works, again changes nothing, resumes, and shows no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ...masking import mask_runs
from ...model import Case, CheckFailure, Invariant, Spec
from ...targets.base import Target
from . import secrets
from .options import SmokeOptions
from .rootfs import Rootfs, differences
from .sandbox import Job, run
from .story import Story, ending

_SHOWN = 5
#: Planted: writes a file, has its own loopback and nothing else, and names itself in the process list.
_PLANTED = "set -e; touch /srv/planted; test ! -w /usr; grep -c : /proc/net/dev; uname -n; true planted"


def _works(story: Story) -> Iterator[str]:
    if story.first.code != 0:
        yield f"the first run doesn't work: {ending(story.first, story.job.timeout)}"


def _again(story: Story) -> Iterator[str]:
    before = story.after_first
    if story.second.code != 0:
        yield f"the second run doesn't work: {ending(story.second, story.job.timeout)}"
        return
    yield from differences(before, story.rootfs.state())


def _files(story: Story) -> Iterator[str]:
    for path, mode in story.options.expect.files.items():
        entry = story.after_first.get(path.strip("/"))
        if entry is None:
            yield f"{path} isn't there"
        elif entry.mode & 0o7777 != int(mode, 8):
            yield f"{path} has mode {entry.mode & 0o7777:04o}, not {int(mode, 8):04o}"


def _services(story: Story) -> Iterator[str]:
    """Units that are new below /etc/systemd/system; a link in a ``.wants`` folder enables one."""
    new = [name for name in story.after_first if name not in story.before and name.startswith("etc/systemd/system/")]
    units = {name.rpartition("/")[2] for name in new if "." in name.rpartition("/")[2]}
    found = {unit for unit in units if not unit.endswith((".wants", ".requires", ".d", ".conf"))}
    declared = {name if "." in name else f"{name}.service" for name in story.options.expect.services}
    yield from (f"{unit} is written or enabled, and isn't declared" for unit in sorted(found - declared))
    yield from (f"{unit} is declared, and neither written nor enabled" for unit in sorted(declared - found))


def _ports(story: Story) -> Iterator[str]:
    found, declared = story.finished_first().ports, set(story.options.expect.ports)
    yield from (f"something listens on port {port}, which isn't declared" for port in sorted(found - declared))
    yield from (f"nothing listens on port {port}" for port in sorted(declared - found))


def _private(story: Story) -> Iterator[str]:
    story.finished_first()
    yield from (f"{file} is a declared secret and isn't there" for file in secrets.missing(story.rootfs, story.files))
    yield from secrets.open_files(story.rootfs, story.known, story.files)


def _logs(story: Story) -> Iterator[str]:
    yield from secrets.in_logs(story.rootfs, story.finished_first(), story.known)
    if story.second.code is not None:
        yield from secrets.in_logs(story.rootfs, story.second, story.known)


def _arguments(story: Story) -> Iterator[str]:
    yield from secrets.in_arguments(story.finished_first(), story.known)
    yield from secrets.in_arguments(story.second, story.known)


def _resumes(story: Story) -> Iterator[str]:
    for kill in story.kills():
        for sentence in story.interrupted(kill):
            yield f"killed {kill}: {sentence}"


LIVENESS = Invariant(
    "liveness", "The disposable root works and has no network, and the provisioner does something in it."
)
RULES: Mapping[Invariant, Callable[[Story], Iterator[str]]] = {
    Invariant("first-run", "In a fresh root it ends with 0, in time."): _works,
    Invariant("idempotent", "A second run ends with 0 and changes no path, mode, owner or content."): _again,
    Invariant("expected-files", "Every declared file is there with its mode."): _files,
    Invariant("declared-services", "Just the declared units are written or enabled."): _services,
    Invariant("declared-ports", "Just the declared ports are listened on."): _ports,
    Invariant("secrets-private", "No file with a secret can be read by any user.", "CWE-732"): _private,
    Invariant("no-secret-in-logs", "No secret stands in the output or in a log.", "CWE-532"): _logs,
    Invariant(
        "no-secret-in-arguments", "No secret stands in the process list.", "CWE-214, proc(5) cmdline"
    ): _arguments,
    Invariant("resumes", "A run that is killed anywhere and started again comes to the same end."): _resumes,
}


class SmokeCheck:
    """See ``checks.base.Check``."""

    name = "smoke"
    role: str | None = None
    options = SmokeOptions
    preconditions = frozenset({LIVENESS.id})
    invariants: tuple[Invariant, ...] = (LIVENESS, *RULES)

    def __init__(self) -> None:
        self._stories: list[Story] = []

    def costly(self, case: Case) -> bool:
        """Each case runs a provisioner in a sandbox of its own."""
        return True

    def cases(self, spec: Spec) -> list[Case]:
        story = Story(spec.root.resolve(), spec.options, spec.profile)
        self._stories.append(story)
        return [Case(self.name, one.id, "disposable-root", spec.location, data=story) for one in self.invariants]

    def run(self, case: Case, target: Target | None = None) -> None:
        story: Story = case.data
        if case.invariant == LIVENESS.id:
            _judge_liveness(story)
            return
        rule = next(rule for invariant, rule in RULES.items() if invariant.id == case.invariant)
        found = list(dict.fromkeys(rule(story)))
        if found:
            more = [f"+{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
            evidence = found[1:_SHOWN] + more
            if case.invariant in ("first-run", "idempotent") and "run doesn't work" in found[0]:
                ended = story.first if case.invariant == "first-run" else story.second
                evidence += [f"its output: {mask_runs(line)}" for line in ended.tail()]
            raise CheckFailure(found[0], evidence=evidence)

    def close(self) -> None:
        """Remove every root."""
        for story in self._stories:
            story.close()


def _judge_liveness(story: Story) -> None:
    shelter = Rootfs([])
    try:
        ended = run(shelter, Job(Path("/usr"), ("sh", "-c", _PLANTED), {}, story.job.timeout))
        said = ended.output.decode("utf-8", "replace").split()
        if ended.code != 0 or said != ["1", "letsbe"] or not (shelter.tree / "srv" / "planted").is_file():
            raise CheckFailure("the disposable root doesn't hold what was planted in it", evidence=ended.tail())
        if b"grep" not in ended.arguments:
            raise CheckFailure("a command was run that the notebook doesn't hold: the other answers prove nothing")
    finally:
        shelter.close()
    if story.first.code == 0 and not differences(story.before, story.after_first):
        raise CheckFailure("the provisioner ends with 0 and changes nothing in a fresh root")
