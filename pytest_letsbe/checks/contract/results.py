"""What one run of generated requests showed: for each operation its answers, what was asserted, and what broke."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Broken:
    """One response that breaks the description: a title, what was seen, and the request as a curl line."""

    check: str
    title: str
    lines: tuple[str, ...]
    curl: str


@dataclass(slots=True)
class Exercised:
    """One operation as the run saw it. ``asserted`` counts by check; ``parameters`` holds ``in:name``."""

    statuses: dict[int, int] = field(default_factory=dict)
    asserted: dict[str, int] = field(default_factory=dict)
    parameters: set[str] = field(default_factory=set)
    broken: list[Broken] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    def saw(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def add(self, broken: Broken) -> None:
        """Once for each check and title: the first request that shows it, or a shorter one."""
        for index, known in enumerate(self.broken):
            if (known.check, known.title) == (broken.check, broken.title):
                if len(broken.curl) < len(known.curl):
                    self.broken[index] = broken
                return
        self.broken.append(broken)


@dataclass(slots=True)
class Results:
    """A whole run; ``operations`` by label (``GET /tenants/{id}``), ``errors`` belong to none of them."""

    operations: dict[str, Exercised] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def of(self, label: str) -> Exercised:
        return self.operations.setdefault(label, Exercised())

    @property
    def requests(self) -> int:
        return sum(operation.answers for operation in self.operations.values())

    @property
    def asserted(self) -> int:
        return sum(sum(operation.asserted.values()) for operation in self.operations.values())
