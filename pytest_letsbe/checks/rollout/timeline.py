"""What happened in a campaign, as rows of ticks and columns of tenants that a person can read."""

from __future__ import annotations

from collections.abc import Sequence

#: A failure shows so many rows: the last ones, since the violation ends a run.
ROWS = 40
LEGEND = ". old  > deploying  # new  < going back  x broken  ! failing  ? health unknown  f frozen"


class Timeline:
    """Written while a campaign runs; ``lines`` is what a failure shows."""

    def __init__(self, tenants: Sequence[str], frozen: Sequence[str] = ()) -> None:
        self._tenants = list(tenants)
        self._rows: list[str] = []
        self._heading = [f"tenants: {_ranges(self._tenants)}" + (f"; frozen: {', '.join(frozen)}" if frozen else "")]

    def tick(self, number: int, now: int, marks: str, said: str) -> None:
        """One tick: a mark for each tenant as the controller was told, and what it commanded."""
        self._rows.append(f"{number:>4} {now:>6}s  {marks}  {said}".rstrip())

    def note(self, text: str) -> None:
        """Something that happened between two ticks."""
        self._rows.append(f"  --         {text}")

    def lines(self) -> list[str]:
        left_out = len(self._rows) - ROWS
        shown = self._rows[-ROWS:]
        more = [f"  ... {left_out} rows before"] if left_out > 0 else []
        return [*self._heading, f"tick   now  {LEGEND}", *more, *shown]


def _ranges(tenants: Sequence[str]) -> str:
    return f"{tenants[0]} to {tenants[-1]}, in this order" if len(tenants) > 2 else ", ".join(tenants)
