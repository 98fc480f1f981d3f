"""The declarations beside the templates: variables with an example each, outputs with their kind and mode."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from ... import strict_yaml
from ...model import Location, UsageError
from ...structs import convert
from ...suggest import did_you_mean

Kind = Literal[
    "yaml", "json", "compose", "cloud-init", "nginx", "systemd", "shell", "env", "dockerfile", "text"
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)


class Variable(Struct, frozen=True, forbid_unknown_fields=True):
    """One variable: its example is what it is rendered with; a number or a boolean stays one."""

    example: Annotated[Any, Meta(description="a value that the templates must render with")]
    secret: Annotated[bool, Meta(description="its value goes into outputs of mode 0600 or 0640 only")] = False
    pattern: (
        Annotated[str, Meta(description="the whole value that the provisioner admits; it refuses others itself")]
        | UnsetType
    ) = UNSET
    description: str = ""


class Output(Struct, frozen=True, forbid_unknown_fields=True):
    """What a template becomes: the format that judges it, and the file's mode."""

    kind: Kind | UnsetType = UNSET
    mode: Annotated[str, Meta(pattern="^0?[0-7]{3,4}$", description='octal text: "0640"')] | UnsetType = UNSET


class _Declared(Struct, frozen=True, forbid_unknown_fields=True):
    variables: dict[str, Any] = {}
    outputs: dict[str, Any] = {}


class Declarations(Struct, frozen=True):
    """The whole file, and where each name stands."""

    path: str
    variables: dict[str, Variable]
    outputs: dict[str, Output]
    document: strict_yaml.Document

    def examples(self) -> dict[str, Any]:
        return {name: variable.example for name, variable in self.variables.items()}

    def at(self, section: str, name: str) -> Location:
        return self.document.at(section, name)

    def pattern(self, name: str) -> re.Pattern[str] | None:
        wanted = self.variables[name].pattern
        return re.compile(wanted) if isinstance(wanted, str) else None


def read(root: Path, path: str, where: Location) -> Declarations:
    """Read the file.

    Raises:
        UsageError: it is missing, or names something wrong, with ``file:line:column``.
    """
    if not (root / path).is_file():
        raise UsageError(f"templates: {path} isn't there: it declares each variable with an example", where)
    document = strict_yaml.load(root / path, shown_as=path)
    if not isinstance(document.data, dict):
        raise UsageError("needs a mapping with `variables:` and `outputs:`", document.at())
    data = {key: {} if value is None else value for key, value in document.data.items()}
    found = convert(document, (), _Declared, data)  # one by one, so that each slip has its own place
    variables = {name: convert(document, ("variables", name), Variable, one) for name, one in found.variables.items()}
    outputs = {name: convert(document, ("outputs", name), Output, one) for name, one in found.outputs.items()}
    for name, variable in variables.items():
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise UsageError(f"{name!r} can't be the name of a variable", document.at("variables", name))
        if isinstance(variable.pattern, str):
            _compiles(variable, name, document)
    return Declarations(path, variables, outputs, document)


def _compiles(variable: Variable, name: str, document: strict_yaml.Document) -> None:
    where = document.at("variables", name, "pattern")
    try:
        pattern = re.compile(str(variable.pattern))
    except re.error as error:
        raise UsageError(f"the pattern of {name} is no regular expression: {error}", where) from None
    if isinstance(variable.example, str) and not pattern.fullmatch(variable.example):
        raise UsageError(f"the example of {name} doesn't match its own pattern", where)


def refuse_unknown_outputs(declared: Declarations, paths: list[str]) -> None:
    """An output that no template makes is a template that was moved."""
    for name in declared.outputs:
        if name not in paths:
            raise UsageError(
                f"outputs: no template is called {name!r}{did_you_mean(name, paths)}", declared.at("outputs", name)
            )
