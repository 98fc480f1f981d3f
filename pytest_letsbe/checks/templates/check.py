"""templates: they render, to valid files, with no hostile value breaking out, no moving image and no open secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ...model import Case, CheckFailure, Invariant, Location, Spec, Vacuous
from ...targets.base import Target
from ..findings import Finding, refuse
from . import credentials, hostile, images, modes, validate
from .engines import RenderError, render, undeclared
from .leftovers import leftovers
from .options import TemplatesOptions
from .sources import Place, Template, gather

_ALL = "declarations"


def _at(template: Template, line: int = 1) -> Location:
    return Location(template.path, line)


def _renders(place: Place, template: Template) -> Iterator[Finding]:
    for name, line in dict.fromkeys(undeclared(place, template)):
        yield f"{name} isn't declared in {place.declared.path}", _at(template, line)
    try:
        render(place, template, place.declared.examples())
    except RenderError as error:
        yield str(error), Location(error.path, error.line)


def _result(place: Place, template: Template) -> str:
    try:
        return render(place, template, place.declared.examples())
    except RenderError as error:
        raise CheckFailure(str(error), location=Location(error.path, error.line)) from None


def _resolved(place: Place, template: Template) -> Iterator[Finding]:
    result = _result(place, template)
    for sentence, line in leftovers(place, template, result):
        yield sentence, _line_in(template, result, line)


def _valid(place: Place, template: Template) -> Iterator[Finding]:
    result = _result(place, template)
    for sentence, line in validate.problems(template.kind, result, place.options.timeout):
        yield f"the result {sentence}" if sentence.startswith("isn't") else sentence, _line_in(template, result, line)


def _uninjected(place: Place, template: Template) -> Iterator[Finding]:
    for name in place.declared.variables:
        broken = list(hostile.breaks(place, template, name))
        if broken:
            value, sentence, _ = broken[0]
            every = ", ".join(one for one, _, _ in broken)
            yield f"{name} breaks out: with {value}, {sentence} (values: {every})", _at(template, _use(template, name))


def _pinned(place: Place, template: Template) -> Iterator[Finding]:
    result = _result(place, template)
    for name, line in images.unpinned(template.kind, result):
        yield f"image {name} isn't pinned: name@sha256:...", _line_in(template, result, line)


def _kept(place: Place, template: Template) -> Iterator[Finding]:
    for sentence, line in (*credentials.literals(template.path, template.text), *credentials.defaults(place, template)):
        yield sentence, _at(template, line)
    for sentence in modes.shown_secrets(place, template):
        yield sentence, _mode_at(place, template)


def _modes(place: Place, template: Template) -> Iterator[Finding]:
    for sentence in modes.odd(template):
        yield sentence, _mode_at(place, template)


LIVENESS = Invariant(
    "liveness", "There are templates, and what is planted - a value that breaks out, an open image - is found."
)
CREDENTIAL = Invariant(
    "no-credential",
    "No credential stands in a template or a default, and a secret goes only into outputs of mode 0600 or 0640.",
    "CWE-798, CWE-732",
)
RULES: Mapping[Invariant, Callable[[Place, Template], Iterator[Finding]]] = {
    Invariant(
        "renders", "It renders with the declared variables, and uses no other.", "Jinja, StrictUndefined"
    ): _renders,
    Invariant("no-unresolved", "Nothing of a template engine is left in the result."): _resolved,
    Invariant("valid-result", "The result is valid in its format, by the real validator where one is there."): _valid,
    Invariant(
        "no-injection", "A hostile value stays one value in its place; the structure around it stays.", "CWE-74, CWE-94"
    ): _uninjected,
    Invariant("images-pinned", "Every image is pinned by digest.", "SLSA; OCI image-spec, descriptor.md"): _pinned,
    CREDENTIAL: _kept,
    Invariant("file-modes", "No output is writable by others, and no configuration is executable.", "CWE-732"): _modes,
}


class TemplatesCheck:
    """See ``checks.base.Check``."""

    name = "templates"
    role: str | None = None
    options = TemplatesOptions
    preconditions = frozenset({LIVENESS.id})
    invariants: tuple[Invariant, ...] = (LIVENESS, *RULES)

    def cases(self, spec: Spec) -> list[Case]:
        """One case for each invariant and template; the declarations are read here, so that a slip is told first."""
        place = gather(spec.root, spec.options, spec.location)
        cases = [Case(self.name, LIVENESS.id, "planted", spec.location, data=(place, None))]
        names = _names(place)
        for invariant in RULES:
            if invariant is CREDENTIAL or not names:
                cases.append(Case(self.name, invariant.id, _ALL, spec.location, data=(place, None)))
            for name, template in names.items():
                cases.append(Case(self.name, invariant.id, name, _at(template), data=(place, template)))
        return cases

    def run(self, case: Case, target: Target | None = None) -> None:
        place, template = case.data
        if case.invariant == LIVENESS.id:
            _judge_liveness(place)
        elif template is None:
            refuse(_declared(place))
        else:
            rule = next(rule for invariant, rule in RULES.items() if invariant.id == case.invariant)
            refuse(list(dict.fromkeys(rule(place, template))))


def _declared(place: Place) -> list[Finding]:
    """The declarations and the parts hold no credential either."""
    path = place.declared.path
    sources = {path: (place.root / path).read_text(encoding="utf-8")} | {one.path: one.text for one in place.parts}
    return [
        (sentence, Location(path, line))
        for path, text in sources.items()
        for sentence, line in credentials.literals(path, text)
    ] + [(sentence, _at(one, line)) for one in place.parts for sentence, line in credentials.defaults(place, one)]


def _judge_liveness(place: Place) -> None:
    from dataclasses import replace

    from .variables import Declarations, Variable

    if not place.templates:
        raise Vacuous(f"no template matches {', '.join(place.options.files)}: is anything committed?")
    declared = Declarations("planted", {"tenant": Variable("acme")}, {}, place.declared.document)
    text = "services:\n  hub: {image: 'hub:1', hostname: {{ tenant }}}\n"
    planted = Template("planted.yaml.j2", "planted.yaml", text, "jinja", "compose", None)
    shelter = replace(place, declared=declared, templates=(planted,), parts=())
    found = [rule for rule in (_uninjected, _pinned) if not list(rule(shelter, planted))]
    if found or "acme" not in render(shelter, planted, declared.examples()):
        raise CheckFailure(
            "the suite's own rules don't find what was planted for them: their other answers prove nothing"
        )
    if not any(_renders_to_something(place, one) for one in place.templates):
        raise CheckFailure("no template renders to anything", location=_at(place.templates[0]))


def _renders_to_something(place: Place, template: Template) -> bool:
    try:
        return bool(render(place, template, place.declared.examples()).strip())
    except RenderError:
        return True  # `renders` tells it


def _names(place: Place) -> dict[str, Template]:
    """Templates by the name of their case: the path in the letters that a node id takes."""
    found: dict[str, Template] = {}
    for template in place.templates:
        base = "/".join(
            re.sub(r"[^a-z0-9._-]+", "-", part.lower()).strip("-._") or "x" for part in template.path.split("/")
        )
        name, number = base, 1
        while name in found:
            number += 1
            name = f"{base}-{number}"
        found[name] = template
    return found


def _use(template: Template, name: str) -> int:
    """The line where the template first uses the variable."""
    found = re.search(rf"(?:\{{\{{|\{{%)[^}}]*\b{name}\b|\$\{{?{name}\b", template.text, re.IGNORECASE)
    end = found.end() if found else 0
    return template.text.count("\n", 0, end) + 1


def _line_in(template: Template, result: str, line: int) -> Location:
    """The template's line that made a line of the result: the same one, or the one that looks like it."""
    lines, wanted = template.text.split("\n"), (result.split("\n") + [""] * line)[line - 1].strip()
    if not wanted or lines[line - 1 : line] == [wanted]:
        return _at(template, min(line, len(lines)))
    alike = [number for number, one in enumerate(lines, 1) if one.strip() == wanted]
    head = re.split(r"[:=\s]", wanted, maxsplit=1)[0]
    begins = [number for number, one in enumerate(lines, 1) if head and one.strip().startswith(head)]
    near = min(alike or begins or [line], key=lambda number: abs(number - line))
    return _at(template, min(near, len(lines)))


def _mode_at(place: Place, template: Template) -> Location:
    return place.declared.at("outputs", template.path) if template.path in place.declared.outputs else _at(template)
