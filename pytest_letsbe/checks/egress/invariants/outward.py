"""Requests of which none may get out of a proxy that is shut, and what of them got out all the same."""

from __future__ import annotations

from collections.abc import Sequence

from .. import probe
from ..judges import judged
from ..model import Sight, Step, Vector
from ..shapes import absolute, connect, inside_plain, inside_tls
from ..target import Session
from .base import Violation


def outward() -> list[Vector]:
    """Requests of which none may get out under a policy that can't be read; the first two are the allowed ones."""
    scripts: dict[str, list[Step]] = {
        "allowed": absolute(probe.ALLOWED),
        "allowed-connect": [*connect(f"{probe.ALLOWED}:443"), *inside_tls(probe.ALLOWED)],
        "canary-rule": absolute(probe.CANARY_DENY),
        "evil": absolute(probe.EVIL),
        "evil-connect": [*connect(f"{probe.EVIL}:80"), *inside_plain(probe.EVIL)],
        "metadata": absolute("169.254.169.254"),
    }
    return [Vector(name, [steps], loopback=name != "metadata") for name, steps in scripts.items()]


def opened(session: Session, name: str, vectors: Sequence[Vector]) -> list[Violation]:
    """What got out, anywhere."""
    found = []
    for vector in vectors:
        if session.world.tier == 1 and not vector.loopback:
            continue
        sight = session.run(vector, "allow")
        lines = got_out(vector, sight)
        if lines:
            found.append(
                Violation(f"{name}/{vector.id}", f"with the policy {name} a request got out ({vector.id})", lines)
            )
    return found


def got_out(vector: Vector, sight: Sight) -> list[str]:
    lines = [leak.line for leak in judged(vector, sight, "allow", ())]
    return lines or [
        f"canary {talk.dst}:{talk.port} got {len(talk.data)} bytes" for talk in sight.conversations.values()
    ]
