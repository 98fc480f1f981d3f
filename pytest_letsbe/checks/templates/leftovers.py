"""Finds what a template engine left behind: marks that the result's format gives no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .sources import Place, Template

#: ``{{ .State }}``, ``{{ $labels.x }}``: Go's templates, which docker and Prometheus read themselves.
_EXPRESSION = re.compile(
    r"(?P<workflow>\$)?\{\{[-+]?(?!\s*-?\s*(?:[.$]|range\b|end\b|if\s+[.$]|else\b|json\s+\.|printf\b|with\s+[.$]))"
)
_STATEMENT = re.compile(r"\{%[-+]?\s*\w+|[\w\"')\]]\s*[-+]?%\}")
_DOLLAR = re.compile(r"(?<![\\$])\$\{(?P<name>[A-Za-z_]\w*)(?:\}|:?[-=?+])")
_COMMENTED = frozenset({"yaml", "compose", "cloud-init", "env", "shell", "nginx", "systemd", "dockerfile"})
#: Formats that read ``${name}`` themselves, always.
_OWN_DOLLAR = frozenset({"shell", "nginx", "systemd", "dockerfile"})


def leftovers(place: Place, template: Template, result: str) -> Iterator[tuple[str, int]]:
    """(sentence, line of the result) for each mark that nothing will ever fill."""
    declared = {name.lower() for name in place.declared.variables}
    in_workflow = "workflows/" in template.path
    for number, line in enumerate(result.split("\n"), 1):
        if template.kind in _COMMENTED and line.lstrip().startswith("#"):
            continue
        for found in _EXPRESSION.finditer(line):
            if not (found["workflow"] and in_workflow):
                yield f"`{line[found.start() : found.start() + 40].strip()}` is left in the result", number
        for found in _STATEMENT.finditer(line):
            if template.kind != "shell" or found[0].startswith("{%"):
                yield f"`{found[0]}` is left in the result", number
        for found in _DOLLAR.finditer(line):
            if _is_left(found["name"], template, declared, place, result):
                yield f"`{found[0]}` is left in the result, and {template.kind} gives it no meaning", number


def _is_left(name: str, template: Template, declared: set[str], place: Place, result: str) -> bool:
    kind = template.kind
    if kind in _OWN_DOLLAR:
        return False
    if kind == "compose":  # compose reads ${NAME} from its .env; a declared variable's own name is a slip
        return name in place.declared.variables
    if kind == "env":  # a value may use what the file has set before
        return not re.search(rf"(?m)^\s*(?:export\s+)?{name}=", result)
    if kind in ("text", "cloud-init"):  # scripts stand in both
        return name.lower() in declared
    return True
