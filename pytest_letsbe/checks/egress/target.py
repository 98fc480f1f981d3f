"""The proxy under test: started inside worlds of ours with the policy rendered for it, asked by scripts."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ...model import CheckFailure, LetsbeError, Location, NotEvaluated, Spec, UsageError
from ...targets.base import Hello, Reply, Unsupported
from ...targets.excerpt import one_line
from ...targets.spec import TargetSpec
from . import probe
from .model import Sight, Step, Vector
from .policy import Policy
from .render import Renderer
from .world.link import NoWorld, World, open_world

#: `targets.proxy: {reference: correct}` runs this.
_REFERENCE = (
    sys.executable, "-P", "-m", "pytest_letsbe", "serve", "proxy", "--port", "{port}", "--policy", "{policy}", "--dns", "{dns}",
    "--ca", "{ca}", "--state", "{state}",
)  # fmt: skip
_URL = "http://127.0.0.1:{port}"


class Session:
    """One proxy that runs in one world under one policy; ``policy_path`` is the file it was given."""

    def __init__(self, world: World, name: str, spec: TargetSpec, root: Path, renderer: Renderer, label: str) -> None:
        self.world, self.name = world, name
        self._spec, self._root, self._renderer, self._label = spec, root, renderer, label
        self.policy_path = world.folder / f"{name}{renderer.suffix}"
        self.port, self.state = 0, Path()

    def start(self, policy: Policy, *, timeout: float | None = None) -> None:
        """Render and start. Raises TargetDead."""
        self.policy_path.write_text(self.rendered(policy))
        self.policy_path.chmod(0o644)
        self.launch(timeout=timeout)

    def rendered(self, policy: Policy) -> str:
        world = self.world
        return self._renderer.render(
            policy, on_loopback=world.tier == 1, dns=world.dns, ca=world.ca, state=str(world.folder), name=self.name
        )

    def launch(self, *, timeout: float | None = None) -> None:
        """Start on the policy file as it lies there."""
        spec = self._spec
        reply = self.world.ask(
            "start", name=self.name, argv=list(spec.start or ()), url=spec.url or _URL, ready=spec.ready,
            cwd=str(self._root.absolute() / (spec.cwd or "")), env=dict(spec.env or {}), timeout=timeout or spec.timeout,
            policy=str(self.policy_path), label=self._label, patience=spec.timeout + 30,
        )  # fmt: skip
        self._at(reply)

    def restart(self, grace: float = 0.0) -> None:
        self._at(self.world.ask("restart", name=self.name, grace=grace, patience=self._spec.timeout + 30))

    def signal(self, number: int) -> None:
        self.world.ask("signal", name=self.name, number=number)

    def stop(self) -> None:
        self.world.ask("stop", name=self.name)

    def run(self, vector: Vector, mode: str) -> Sight:
        """Run a vector, in the zone of this mode with the vector's own names."""
        reply = self.world.ask(
            "run", host="127.0.0.1", port=self.port, scripts=[list(map(dict, script)) for script in vector.scripts],
            zone=probe.zone(mode, dict(vector.zone)), untrusted=list(vector.untrusted), refused=list(vector.refused),
            timeout=vector.timeout, settle=vector.settle, patience=vector.timeout + 30,
        )  # fmt: skip
        return Sight.of(reply, self.port)

    def try_(self, steps: Sequence[Step], mode: str = "allow", zone: Mapping[str, Any] | None = None) -> Sight:
        """Run one script that is no attack."""
        return self.run(Vector("control", [steps], zone or {}), mode)

    def _at(self, reply: Mapping[str, Any]) -> None:
        self.port = urlsplit(reply["url"]).port or 80
        self.state = Path(reply["state"])


class ProxyTarget:
    """A ``Target`` that checks reach through sessions and not through ops. Worlds start when they are first needed."""

    def __init__(
        self, target: TargetSpec, spec: Spec, policy: Policy, renderer: Renderer, location: Location | None,
        spare: list[World] | None = None,
    ) -> None:  # fmt: skip
        if target.reference is not None:
            target = msgspec.structs.replace(target, start=list(_REFERENCE), url=_URL)
        if target.start is None:
            raise UsageError(
                "egress starts the proxy itself, in a network of its own: give `start` and `url`", location
            )
        self._spec, self._root, self._renderer = target, spec.root, renderer
        self.policy = policy
        self._tier = spec.options.require_tier
        self._spare = spare
        self._names: dict[tuple[int, str], None] = {}
        self.templated = spec.options.template is not None
        self.is_reference = target.reference is not None
        self.label = "reference correct" if self.is_reference else one_line(" ".join(target.start))
        self._worlds: list[World] = []
        self._sessions: dict[tuple[int, str], Session] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._no_world: NoWorld | None = None

    def policy_for(self, mode: str) -> Policy:
        """The policy under test with the suite's own hosts."""
        return probe.with_probes(msgspec.structs.replace(self.policy, mode=mode))

    def world(self, index: int = 0) -> World:
        """Raises NotEvaluated where no world can be made, or CheckFailure when the manifest requires one."""
        if self._no_world is not None:
            raise self._without(self._no_world) from None
        while len(self._worlds) <= index:
            try:
                self._worlds.append(self._spare.pop() if self._spare else open_world())
            except NoWorld as why:
                self._no_world = why
                raise self._without(why) from None
        world = self._worlds[index]
        if world.tier < self._tier:
            raise self._without(NoWorld(f"only 127.0.0.0/8 of this machine is there to use: {world.instead_of}"))
        if world.tier == 1 and not self._is_told_dns():
            raise NotEvaluated(
                "without a network of our own the proxy must ask our resolver: give it `{dns}`, or let this machine make namespaces"
            )
        return world

    def _is_told_dns(self) -> bool:
        given = [*(self._spec.start or ()), *(self._spec.env or {}).values()]
        return any("{dns}" in text for text in given) or self._renderer.names("dns")

    def _without(self, why: NoWorld) -> LetsbeError:
        if self._tier == 0:
            return NotEvaluated(str(why))
        return CheckFailure(
            f"no network of our own can be made here, and `require_tier: {self._tier}` asks for one"
            if self._tier == 2
            else "no vector can run here, and `require_tier: 1` asks for those of 127.0.0.0/8",
            evidence=[str(why)],
        )

    @property
    def width(self) -> int:
        """How many worlds may be used at once; a machine has one 127.0.0.0/8."""
        return 1 if self.world().tier == 1 else parallel()

    def session(self, mode: str, index: int = 0) -> Session:
        """The proxy that serves vectors of this mode; started when it isn't running."""
        key = (index, mode)
        if key not in self._sessions:
            made = self.new_session(f"proxy-{mode}", index)
            made.start(self.policy_for(mode))
            self._sessions[key] = made
        return self._sessions[key]

    def new_session(self, name: str, index: int = 0) -> Session:
        """One for a case of its own; whoever makes it starts and stops it."""
        world = self.world(index)
        self._names[index, name] = None
        return Session(world, name, self._spec, self._root, self._renderer, self.label)

    def forget(self, session: Session) -> None:
        """The proxy has gone or been spoilt; the next case gets a fresh one."""
        for key in [key for key, known in self._sessions.items() if known is session]:
            del self._sessions[key]
        session.stop()

    def run_all(self, vectors: Sequence[Vector], mode: str) -> list[Sight]:
        """Run vectors, split over the worlds that this machine has cores for; in their order."""
        count = min(self.width, (len(vectors) + 7) // 8) or 1
        if count == 1:
            session = self.session(mode)
            return [session.run(vector, mode) for vector in vectors]
        sessions = [self.session(mode, index) for index in range(count)]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(parallel(), "letsbe-world")
        works = [
            self._pool.submit(lambda s=session, part=vectors[i::count]: [s.run(v, mode) for v in part])  # type: ignore[misc]
            for i, session in enumerate(sessions)
        ]
        parts = [work.result() for work in works]
        return [parts[i % count][i // count] for i in range(len(vectors))]

    def sessions(self, mode: str) -> Iterable[Session]:
        return [session for (_, its), session in self._sessions.items() if its == mode]

    def hello(self) -> Hello:
        self.session(self.policy.mode)
        return Hello(self.label, "", frozenset())

    def call(self, op: str, input: Mapping[str, Any], *, timeout: float | None = None) -> Reply:
        return Unsupported("a proxy has no ops")

    def call_many(
        self, op: str, inputs: Sequence[Mapping[str, Any]], *, timeout: float | None = None, window: int = 64
    ) -> list[Reply]:
        return [Unsupported("a proxy has no ops") for _ in inputs]

    def cpu_seconds(self) -> float | None:
        return None

    def close(self, *, spoilt: bool = False) -> None:
        """End every proxy; a world that isn't ``spoilt`` is left for the next target, where somebody asked for that."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        self._sessions.clear()
        for index, world in enumerate(self._worlds):
            if self._spare is None or spoilt or not self._emptied(index, world):
                world.close()
            else:
                self._spare.append(world)
        self._worlds.clear()
        self._names.clear()

    def _emptied(self, index: int, world: World) -> bool:
        try:
            for place, name in self._names:
                if place == index:
                    world.ask("stop", name=name)
        except LetsbeError:
            return False
        return True


def parallel() -> int:
    """How many worlds at once: one where other workers use the other cores already."""
    if os.environ.get("PYTEST_XDIST_WORKER") or multiprocessing.parent_process() is not None:
        return 1
    return min(2, os.cpu_count() or 1)
