"""The nouns of the egress check: classes of vectors, one vector, and what was seen while it ran."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from ...model import Location

Step: TypeAlias = Mapping[str, Any]
#: What of the sights is judged: where it went, what was asked for, whom it said it was for, how it was framed, what it carried.
JUDGES = ("destination", "dns", "host", "framing", "headers", "address", "echo", "unproven", "method")


@dataclass(frozen=True, slots=True)
class Vector:
    """One attack: scripts for the raw client (more than one run side by side), in a world with this zone.

    ``permit`` are addresses that may be reached in it besides the usual; ``secrets`` are what must reach nobody.
    """

    id: str
    scripts: Sequence[Sequence[Step]]
    zone: Mapping[str, Any] = field(default_factory=dict)
    refused: Sequence[str] = ()
    untrusted: Sequence[str] = ()
    permit: Sequence[str] = ()
    secrets: Sequence[str] = ()
    needs_ipv6: bool = False
    needs_terminate: bool = False
    settle: float = 0.012
    timeout: float = 20.0
    #: Whoever reads it in whatever way finds no address in it but of this machine, so that it may run on 127.0.0.0/8.
    loopback: bool = True


@dataclass(frozen=True, slots=True)
class VectorClass:
    """A row of ``corpora/egress``: vectors of one kind, and the invariant that they try to break."""

    id: str
    invariant: str
    statement: str
    source: str
    severity: str
    modes: tuple[str, ...]
    judges: tuple[str, ...]
    needs: tuple[str, ...]
    vectors: tuple[Vector, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Run:
    """What came back to the client on one script's connections."""

    received: bytes
    statuses: tuple[int, ...]
    ended: str
    sports: tuple[int, ...]
    certificate: bool


@dataclass(frozen=True)
class Sight:
    """What a script's run looked like from both ends: ``runs`` at the client, ``events`` in the world."""

    runs: tuple[Run, ...]
    events: tuple[Mapping[str, Any], ...]
    proxy_port: int

    @classmethod
    def of(cls, reply: Mapping[str, Any], proxy_port: int) -> Sight:
        runs = tuple(
            Run(base64.b64decode(r["received"]), tuple(r["statuses"]), r["ended"], tuple(r["sports"]), r["certificate"])
            for r in reply["runs"]
        )
        return cls(runs, tuple(reply["events"]), proxy_port)

    @cached_property
    def conversations(self) -> dict[int, Conversation]:
        """The connections to canaries, by number, with every byte in order."""
        found: dict[int, Conversation] = {}
        for event in self.events:
            if event["kind"] in ("open", "bytes", "tls"):
                talk = found.setdefault(event["conn"], Conversation(event["dst"], event["port"]))
                if event["kind"] == "bytes":
                    talk.data += base64.b64decode(event["data"])
                elif event["kind"] == "tls":
                    talk.is_tls = True
                    talk.sni = event["sni"]
        return found

    @property
    def asked(self) -> list[str]:
        """Names that the DNS server was asked for."""
        return [event["name"] for event in self.events if event["kind"] == "dns"]


@dataclass(slots=True)
class Conversation:
    """What one canary heard on one connection; ``data`` is in clear also when it came over TLS."""

    dst: str
    port: int
    data: bytes = b""
    is_tls: bool = False
    sni: str | None = None
