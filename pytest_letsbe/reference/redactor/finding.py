"""What a detector reports."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A secret at ``start:end`` of a view.

    ``quote`` is the place of a quote that its field was written with: a bare number gets quotes of that kind,
    or the document would no longer parse.
    """

    start: int
    end: int
    kind: str
    quote: tuple[int, int] | None = None
