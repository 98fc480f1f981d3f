"""Credentials where none may stand: in a template's source, in a default, in an output that others may read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ...scan import rows
from ...scan.engine import Engine
from .engines import RenderError, render
from .hostile import MARK, OTHER
from .sources import Place, Template

_SECRET = re.compile(r"(?i)(?:pass(?:word|wd|phrase)|secret|token|api_?key|private_?key|credential)s?\Z")
_DEFAULT = re.compile(
    r"(?P<name>[A-Za-z_][\w.]*)\s*\|\s*(?:default|d)\(\s*(?P<quote>[\"'])(?P<value>.+?)(?P=quote)"
    r"|\{%-?\s*set\s+(?P<set>[A-Za-z_]\w*)\s*=\s*(?P<quote2>[\"'])(?P<literal>.+?)(?P=quote2)"
    r"|\$\{(?P<shell>[A-Za-z_]\w*):?[-=](?P<fallback>[^}$]+)\}"
)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(rows.shipped("secrets"))


def literals(path: str, text: str) -> Iterator[tuple[str, int]]:
    """(sentence, line) of each credential that stands in a file in clear."""
    judged = _engine().judge(path, text.encode())
    for finding in judged.findings if judged else []:
        yield finding.message, finding.line


def defaults(place: Place, template: Template) -> Iterator[tuple[str, int]]:
    """A secret with a default is a secret that everybody knows."""
    secrets = {name.lower() for name, variable in place.declared.variables.items() if variable.secret}
    for found in _DEFAULT.finditer(template.text):
        name = found["name"] or found["set"] or found["shell"]
        value = found["value"] or found["literal"] or found["fallback"] or ""
        if value.strip() and (name.lower() in secrets or _SECRET.search(name)):
            yield f"{name} has a default in the template", template.text.count("\n", 0, found.start()) + 1


def secrets_in(place: Place, template: Template) -> list[str]:
    """The secret variables that change the output."""
    found = []
    for name, variable in place.declared.variables.items():
        if not variable.secret:
            continue
        values = place.declared.examples()
        try:
            one, two = (render(place, template, values | {name: mark}) for mark in (MARK, OTHER))
        except RenderError:
            continue
        if one != two:
            found.append(name)
    return found
