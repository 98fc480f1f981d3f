"""What a scan saw and what it had to leave out: counted, so that a hole is never silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

#: Reasons to leave a file out that a reader should hear of, in the order of a report.
LEFT_OUT = ("binary", "huge", "unreadable", "symlink", "special", "excluded", "report")


@dataclass(slots=True)
class Stats:
    """Counts of one scan; ``add`` joins those of several workers."""

    files: int = 0
    scanned: int = 0
    cached: int = 0
    bytes: int = 0
    members: int = 0
    commits: int = 0
    seconds: float = 0.0
    engine: str = ""
    source: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)

    def add(self, other: Stats) -> None:
        for name in ("files", "scanned", "cached", "bytes", "members", "commits"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.left_out += other.left_out
        self.notes += [note for note in other.notes if note not in self.notes]
        self.holes += other.holes

    def leave_out(self, why: str, path: str = "") -> None:
        """Count a file that isn't judged; an unreadable or huge one is a hole that has a name."""
        self.left_out[why] += 1
        if path and why in ("huge", "unreadable"):
            self.holes.append(f"{path}: {why}")

    def as_json(self) -> dict[str, object]:
        return {
            "files": self.files,
            "scanned": self.scanned,
            "cached": self.cached,
            "bytes": self.bytes,
            "members": self.members,
            "commits": self.commits,
            "left_out": {why: self.left_out[why] for why in sorted(self.left_out)},
            "holes": sorted(self.holes),
            "notes": self.notes,
            "engine": self.engine,
            "source": self.source,
            "seconds": round(self.seconds, 3),
        }
