"""``letsbe.yaml`` into a manifest: which package, which checks must be proven, on which targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from . import strict_yaml
from .checks.base import Check, MayGoWithout
from .data import data_dir
from .evidence.check import EvidenceCheck
from .model import NAME, Location, Spec, UsageError
from .structs import convert
from .suggest import did_you_mean
from .targets.spec import TargetSpec
from .waivers import Waiver

FILENAME = "letsbe.yaml"


class WaiveEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """An accepted finding; expired or matching nothing it is a failure."""

    id: Annotated[str, Meta(description="case, invariant or check: redaction::no-leak[github-pat/url/base64]")]
    until: Annotated[date, Meta(description="its last day")]
    reason: Annotated[str, Meta(min_length=3, description="why it is accepted, best with an issue number")]


class ManifestModel(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file as types; the JSON Schema is made from it."""

    version: Annotated[Literal[1], Meta(description="format of this file")]
    package: Annotated[str, Meta(description="selects the required checks")]
    require: Annotated[
        list[str], Meta(description="+name adds a required check, -name removes one (needs a waiver)")
    ] = []
    targets: Annotated[dict[str, TargetSpec], Meta(description="the things under test, by name")] = {}
    checks: Annotated[dict[str, Any], Meta(description="what is proven, by check")] = {}
    waive: Annotated[list[WaiveEntry], Meta(description="accepted findings")] = []


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One entry of ``checks``: the check, its parsed options, and the target it drives."""

    check: Check
    spec: Spec
    target: TargetSpec | None = None
    target_location: Location | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A valid ``letsbe.yaml``; ``required`` are the checks after ``require``, ``removed`` those it took out."""

    path: Path
    package: str
    required: tuple[str, ...]
    removed: Mapping[str, Location]
    checks: Mapping[str, CheckEntry]
    targets: Mapping[str, TargetSpec]
    waivers: tuple[Waiver, ...]
    location: Location


def required_checks() -> dict[str, list[str]]:
    """Package name to its required checks, from ``contracts/required-checks.yaml``."""
    data = strict_yaml.load(data_dir("contracts") / "required-checks.yaml").data
    return {package: [*own, *data["every"]] for package, own in data["packages"].items()}


def load(
    path: Path,
    checks: Mapping[str, Check],
    *,
    profile: str = "pr",
    update: bool = False,
    shown_as: str | None = None,
    corpora: Callable[[str], tuple[Path, ...]] = lambda check: (),
) -> Manifest:
    """Read and validate a manifest; ``UsageError`` names ``letsbe.yaml:line:column`` and the mend.

    ``corpora`` tells the folders that other packages registered for a check.
    """
    document = strict_yaml.load(path, shown_as=shown_as or path.name)
    if not isinstance(document.data, dict):
        raise UsageError("needs at least `version: 1` and `package:`", document.at())
    for section, kind in (("targets", dict), ("checks", dict), ("waive", list), ("require", list)):
        if document.data.get(section, kind()) is None:  # an empty `checks:` is an empty section
            document.data[section] = kind()
    plain = {key: value for key, value in document.data.items() if key != "targets"}
    model = convert(document, (), ManifestModel, plain)
    matrix = required_checks()
    if model.package not in matrix:
        raise UsageError(
            f"unknown package {model.package!r}{did_you_mean(model.package, matrix)}", document.at("package")
        )
    targets = _targets(document)
    required, removed = _required(document, model, matrix[model.package], checks)
    root = path.parent.resolve()
    entries = {
        name: _entry(document, _Context(root, checks, targets, profile, corpora(name), update), name, raw)
        for name, raw in model.checks.items()
    }
    known = {*required, *removed, *entries}
    waivers = tuple(_waiver(document, index, entry, known) for index, entry in enumerate(model.waive))
    for index, waiver in enumerate(waivers):
        if first := next((one for one in waivers[:index] if one.id == waiver.id), None):
            raise UsageError(f"{waiver.id} is waived already at {first.location}", waiver.location)
    return Manifest(path, model.package, required, removed, entries, targets, waivers, document.at("package"))


def _targets(document: strict_yaml.Document) -> dict[str, TargetSpec]:
    raw = document.data.get("targets", {})
    if not isinstance(raw, dict):
        raise UsageError("targets must be a mapping of names", document.at("targets"))
    return {name: convert(document, ("targets", name), TargetSpec, raw[name]) for name in raw}


def _required(
    document: strict_yaml.Document, model: ManifestModel, base: list[str], checks: Mapping[str, Check]
) -> tuple[tuple[str, ...], dict[str, Location]]:
    required, removed = list(base), {}
    for index, change in enumerate(model.require):
        sign, name, where = change[:1], change[1:], document.at("require", index)
        if sign not in "+-" or not NAME.match(name):
            raise UsageError(f"require takes '+check' or '-check', not {change!r}", where)
        if sign == "+":
            if name not in {*checks, *model.checks}:
                near = did_you_mean(name, {*checks, *model.checks})
                mend = near or f": write `checks.{name}` with its `run:` or report, or mend the name"
                raise UsageError(f"unknown check {name!r}{mend}", where)
            if name not in required:
                required.append(name)
        elif name not in required:
            raise UsageError(f"{name!r} isn't required here{did_you_mean(name, required)}", where)
        else:
            required.remove(name)
            removed[name] = where
    return tuple(required), removed


@dataclass(frozen=True, slots=True)
class _Context:
    root: Path
    checks: Mapping[str, Check]
    targets: Mapping[str, TargetSpec]
    profile: str
    corpora: tuple[Path, ...]
    update: bool


def _entry(document: strict_yaml.Document, context: _Context, name: str, raw: Any) -> CheckEntry:
    where = document.at("checks", name)
    if not NAME.match(name) or "/" in name:
        raise UsageError(f"{name!r} can't name a check: lower-case letters, digits, '.', '_', '-'", where)
    check: Check
    if name in context.checks:
        check = context.checks[name]
    else:
        if not (isinstance(raw, dict) and raw.keys() & {"run", "junit", "tap", "vitest", "sarif"}):
            raise UsageError(
                f"no suite is called {name!r}{did_you_mean(name, context.checks)};"
                " a check that something else proves needs `run:` or a report (`junit:`, `tap:`, `vitest:`, `sarif:`)",
                where,
            )
        check = EvidenceCheck(name)
    options = convert(document, ("checks", name), check.options, raw if raw is not None else {})
    keys = {key: document.at("checks", name, key) for key in raw or ()}
    spec = Spec(name, options, context.root, where, context.profile, context.corpora, context.update, keys)
    if check.role is None:
        return CheckEntry(check, spec)
    if isinstance(check, MayGoWithout) and not check.needs_target(options):
        if check.role not in context.targets or not hasattr(options, "target"):
            return CheckEntry(check, spec)
        # A target of the right name is meant, also where the check doesn't name it: leaving it out would prove less.
        spec = replace(spec, options=msgspec.structs.replace(options, target=check.role))
    wanted = getattr(options, "target", None) or check.role
    if wanted not in context.targets:
        raise UsageError(
            f"check {name!r} drives target {wanted!r}, which isn't in targets{did_you_mean(wanted, context.targets)}",
            document.at("checks", name, "target"),
        )
    return CheckEntry(check, spec, context.targets[wanted], document.at("targets", wanted))


def _waiver(document: strict_yaml.Document, index: int, entry: WaiveEntry, known: set[str]) -> Waiver:
    # A waiver may be pasted from a report, where ids start with the file's name.
    waiver = Waiver(entry.id.removeprefix(FILENAME + "::"), entry.until, entry.reason, document.at("waive", index))
    if waiver.check not in known:
        raise UsageError(f"waives unknown check {waiver.check!r}{did_you_mean(waiver.check, known)}", waiver.location)
    return waiver


def json_schema(checks: Mapping[str, Check]) -> dict[str, Any]:
    """The manifest's JSON Schema (2020-12), made from the same structs that read it."""
    names = sorted(checks)
    types = [ManifestModel, *(checks[name].options for name in names), EvidenceCheck("evidence").options]
    refs, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    properties = components["ManifestModel"]["properties"]
    properties["package"] |= {"enum": sorted(required_checks())}
    properties["checks"] |= {
        "properties": {name: {"anyOf": [ref, {"type": "null"}]} for name, ref in zip(names, refs[1:-1], strict=True)},
        "additionalProperties": refs[-1],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILENAME,
        **refs[0],
        "$defs": dict(sorted(components.items())),
    }
