"""Which media types stand for each other (RFC 9110, 8.3 and 12.5.1; RFC 6838, 4.2.8)."""

from __future__ import annotations

from collections.abc import Sequence

from ..operations import Media


def matching(name: str, others: Sequence[str], *, wider: bool) -> list[str]:
    """What ``name`` goes on as among ``others``: the same, else wider (or, in responses, narrower) ones."""
    exact = [other for other in others if parts(other) == parts(name)]
    if exact:
        return exact
    loose = [other for other in others if _plain(other) == _plain(name)]
    if loose:
        return loose
    if wider:
        return [other for other in others if contains(other, name)][:1] or _covered(name, others)
    return [other for other in others if contains(name, other)] or [other for other in others if other == "*/*"]


def _covered(name: str, others: Sequence[str]) -> list[str]:
    return [other for other in others if "*" in name and contains(name, other)] if name == "*/*" and not others else []


def contains(wide: str, narrow: str) -> bool:
    """Whether every body of the one type is one of the other: ranges, structured suffixes, parameters."""
    main, sub, params = parts(wide)
    other_main, other_sub, other_params = parts(narrow)
    if not params <= other_params:
        return False
    if main == "*":
        return True
    if main != other_main:
        return False
    return sub in ("*", other_sub) or other_sub.rsplit("+", 1)[-1] == sub


def parts(name: str) -> tuple[str, str, frozenset[str]]:
    """Type, subtype and parameters, in lower case; a charset of UTF-8 is what JSON has anyway."""
    full, *rest = name.split(";")
    main, _, sub = full.strip().lower().partition("/")
    params = {part.strip().lower().replace(" ", "") for part in rest if part.strip()}
    return main, sub, frozenset(params - {"charset=utf-8", 'charset="utf-8"'})


def raw(media: Media) -> bool:
    """Whether the body is plain bytes, as 3.0 (``format: binary``) or 3.1 (no schema) say it (4.8.14.5)."""
    _, sub, _ = parts(media.name)
    if "json" in sub or "form" in sub or "xml" in sub:
        return False
    said = media.schema.place.value if media.schema else {}
    keys = said.keys() - {"description", "title", "example", "examples"} if isinstance(said, dict) else {"false"}
    return not keys or (keys <= {"type", "format"} and said.get("format") == "binary")


def _plain(name: str) -> tuple[str, str, frozenset[str]]:
    main, sub, params = parts(name)
    return main, sub, frozenset(part for part in params if not part.startswith("charset="))
