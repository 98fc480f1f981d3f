"""Files that a pattern of the manifest names."""

from __future__ import annotations

from pathlib import Path

from .model import Location, UsageError


def matching(root: Path, pattern: str, *, option: str, location: Location | None) -> list[Path]:
    """Sorted paths below ``root``, or below its own anchor for an absolute pattern; empty when nothing matches.

    Raises:
        UsageError: it is no pattern, such as the empty one, or one with ``**`` inside a name.
    """
    anchor = Path(pattern).anchor
    try:
        return sorted((Path(anchor) if anchor else root).glob(pattern[len(anchor) :]))
    except (ValueError, IndexError, NotImplementedError):
        raise UsageError(
            f"{option}: {pattern!r} is no pattern of files; write one such as `tests/corpora/*.yaml` or `**/*.yaml`",
            location,
        ) from None


def shown_below(root: Path, path: Path) -> str:
    """How a file is named to a reader: from ``root``, or whole where an absolute pattern led elsewhere."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def some_matching(root: Path, pattern: str, *, option: str, location: Location | None, hint: str = "") -> list[Path]:
    """As ``matching``; a pattern that matches nothing is a UsageError too."""
    found = matching(root, pattern, option=option, location=location)
    if not found:
        raise UsageError(f"{option}: {pattern!r} matches no file below {root}{hint}", location)
    return found
