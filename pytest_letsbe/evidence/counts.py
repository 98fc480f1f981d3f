"""How the testcases of one or more reports ended."""

from __future__ import annotations

from dataclasses import dataclass, fields

_WORDS = ("failed", "errors", "passed", "skipped", "xfailed", "rerun")


@dataclass(frozen=True, slots=True)
class Counts:
    """``rerun`` counts attempts before the last; ``failing`` and ``retried`` name tests; ``findings`` are sentences on
    a report that contradicts itself. It prints as ``1 failed, 40 passed``; counts of several reports add up."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    rerun: int = 0
    failing: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Testcases of whatever outcome."""
        return self.passed + self.failed + self.errors + self.skipped + self.xfailed

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __str__(self) -> str:
        told = ((getattr(self, word), word) for word in _WORDS)
        return ", ".join(f"{n} {word.rstrip('s') if n == 1 else word}" for n, word in told if n) or "no tests"
