"""Renders a template as its engine does: Jinja in a sandbox with strict names, envsubst, or not at all."""

from __future__ import annotations

import base64
import json
import re
import shlex
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...model import CheckFailure
from .sources import Place, Template

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

#: Names of envsubst's syntax; ``${X:-y}`` is the shell's and isn't substituted (envsubst(1)).
NAMES = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*))")
#: Formats in which ``$name`` means something of their own.
DOLLAR_KINDS = frozenset({"shell", "nginx", "compose", "systemd", "dockerfile", "cloud-init"})
_OF_THE_SHELL = frozenset({"HOME", "PATH", "PWD", "USER", "UID", "EUID", "HOSTNAME", "IFS", "SHELL", "LANG", "TMPDIR"})
_OF_THE_SHELL |= {"RANDOM", "SECONDS", "LINENO", "BASH_SOURCE", "FUNCNAME", "OLDPWD", "MAINPID", "TERM", "OPTARG"}
_MOST_CHARS = 8 * 1024 * 1024
_SECONDS = 20.0


class RenderError(Exception):
    """Why a template doesn't render, and where; ``path`` may be of a part."""

    def __init__(self, sentence: str, path: str, line: int) -> None:
        super().__init__(sentence)
        self.path = path
        self.line = line


def render(place: Place, template: Template, values: Mapping[str, Any]) -> str:
    """The output's text.

    Raises:
        RenderError: with file and line.
        CheckFailure: Jinja isn't installed.
    """
    if template.engine == "plain":
        return template.text
    if template.engine == "envsubst":
        return _envsubst(template, values)
    return _jinja(place, template, values)


def undeclared(place: Place, template: Template) -> Iterator[tuple[str, int]]:
    """Names that the template uses and nobody declares, with the line; also in a branch that isn't taken."""
    known = set(place.declared.variables)
    if template.engine == "envsubst":
        yield from _undeclared_envsubst(template, known)
    elif template.engine == "jinja":
        yield from _undeclared_jinja(place, template, known)


def _undeclared_envsubst(template: Template, known: set[str]) -> Iterator[tuple[str, int]]:
    for found in NAMES.finditer(template.text):
        name = found["braced"] or found["bare"]
        if name in known or name.lower() in known:
            continue
        if template.kind in DOLLAR_KINDS and not _is_ours(name, template):
            continue
        if found["bare"] and template.kind not in DOLLAR_KINDS and not name.isupper():
            continue  # "$a" in prose or in JSON's "$ref": envsubst is given the list of its names
        yield name, template.text.count("\n", 0, found.start()) + 1


def _is_ours(name: str, template: Template) -> bool:
    """In a format with ``$names`` of its own, a name in capitals that the file doesn't set is meant for envsubst."""
    if not name.isupper() or name in _OF_THE_SHELL:
        return False
    sets = rf"(?m)(?:^|[\s;&|(])(?:(?:export|local|readonly|ARG|ENV)\s+)?{name}=|\bread\b[^\n]*\b{name}\b"
    return not re.search(sets + rf"|\bfor\s+{name}\b|\b(?:ARG|ENV)\s+{name}\b|\$\{{{name}:?[-=?+]", template.text)


def _envsubst(template: Template, values: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        for known in (name, name.lower()):
            if known in values:
                return str(values[known])
        return found[0]

    return NAMES.sub(value, template.text)


def _undeclared_jinja(place: Place, template: Template, known: set[str]) -> Iterator[tuple[str, int]]:
    from jinja2 import TemplateSyntaxError, meta, nodes

    environment = _environment(place)
    try:
        parsed = environment.parse(template.text)
        missing = meta.find_undeclared_variables(parsed) - known - set(environment.globals)
    except TemplateSyntaxError:
        return  # rendering says it with its place
    for node in parsed.find_all(nodes.Name):
        if node.name in missing:
            yield node.name, node.lineno


@lru_cache(maxsize=8)
def _environment(place: Place) -> SandboxedEnvironment:
    try:
        from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError:
        raise CheckFailure("templates needs its libraries: pip install 'pytest-letsbe[templates]'") from None
    sources = place.sources

    class Sources(BaseLoader):
        def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
            wanted = template.removeprefix("./")
            for path in (wanted, *(path for path in sources if path.endswith(f"/{wanted}"))):
                if path in sources:
                    return sources[path], path, None
            raise TemplateNotFound(template)

    made = SandboxedEnvironment(loader=Sources(), undefined=StrictUndefined, keep_trailing_newline=True)
    made.filters |= {
        "quote": lambda value: shlex.quote(str(value)),
        "to_json": lambda value, **how: json.dumps(value, **{"ensure_ascii": False, **how}),
        "b64encode": lambda value: base64.b64encode(str(value).encode()).decode(),
    }
    return made


def _jinja(place: Place, template: Template, values: Mapping[str, Any]) -> str:
    environment = _environment(place)
    from jinja2 import TemplateError

    deadline, parts, size = time.monotonic() + _SECONDS, [], 0
    try:
        for part in environment.get_template(template.path).generate(**values):
            parts.append(part)
            size += len(part)
            if size > _MOST_CHARS or time.monotonic() > deadline:
                raise RenderError("it doesn't come to an end", template.path, 1)
    except RenderError:
        raise
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        path = getattr(error, "filename", None) or getattr(error, "name", None) or template.path
        if line is None:
            path, line = _place(error, place, template)
        raise RenderError(_said(error), path, line) from None
    except Exception as error:  # a filter or an expression on a value of the wrong type: anything may come out
        path, line = _place(error, place, template)
        raise RenderError(_said(error), path, line) from None
    return "".join(parts)


def _place(error: BaseException, place: Place, template: Template) -> tuple[str, int]:
    """The innermost frame that is a template's."""
    found, trace = (template.path, 1), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in place.sources:
            found = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found


def _said(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return f"it doesn't render: {text.splitlines()[0][:200]}"
