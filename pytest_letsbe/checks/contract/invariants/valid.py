"""The description is one: by OpenAPI's own rules, with references that lead somewhere and examples that are true."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ....api.description import Description
from ....api.examples import examples
from ....api.references import references
from ....api.schemas import Schemas
from ....model import Case, CheckFailure, Invariant, Location
from ....strict_yaml import YamlPath
from ..contract import Contract
from .base import Rule, Server

DOCUMENT = Invariant(
    "valid-document", "The description is valid by the rules of the OpenAPI version it names.", "OpenAPI 2.0 to 3.2"
)
REFERENCES = Invariant(
    "refs-resolve", "Every $ref leads to something, in the document or in a file beside it.", "RFC 6901"
)
EXAMPLES = Invariant(
    "examples-match",
    "Every example is a value that its own schema allows.",
    "OpenAPI 3.1, 4.8.14: examples SHOULD match",
)
OPERATION_IDS = Invariant(
    "operation-ids-unique", "Every operation has an operationId, and no two have the same.", "OpenAPI 3.1, 4.8.10"
)
SECURITY = Invariant(
    "security-declared",
    "Every operation says who may call it, or says that everybody may, and names only declared schemes.",
    "OWASP API Security 2023, API2",
)

#: Where, what.
Finding = tuple[YamlPath, str]


def _findings_of_document(description: Description) -> Iterator[Finding]:
    version = description.version
    if not isinstance(description.data, dict) or not version:
        yield (), 'has neither `openapi: 3.1.0` nor `swagger: "2.0"`: it is no description of an API'
        return
    try:
        import openapi_spec_validator as library
    except ImportError:
        raise CheckFailure(
            "descriptions are validated by openapi-spec-validator, which is missing:"
            " pip install 'pytest-letsbe[contract]'"
        ) from None
    validators = {
        "2.0": library.OpenAPIV2SpecValidator,
        "3.0": library.OpenAPIV30SpecValidator,
        "3.1": library.OpenAPIV31SpecValidator,
        "3.2": library.OpenAPIV32SpecValidator,
    }
    if version[:3] not in validators:
        yield ("openapi",), f"OpenAPI {version} isn't known here; 2.0 to 3.2 are"
        return
    document = _without_dead_references(description)
    validator = validators[version[:3]](document, base_uri=description.path.resolve().as_uri())
    try:
        for error in validator.iter_errors():
            yield from _told(error)
    except Exception as error:  # the validator stumbles over documents that are very wrong
        yield (), f"can't be validated: {type(error).__name__}: {str(error).splitlines()[0][:200]}"


def _without_dead_references(description: Description) -> Any:
    """A copy in which references that lead nowhere, or out of the repo, are empty: `refs-resolve` tells those."""
    document = copy.deepcopy(description.data)
    for path, reference in list(references(document)):
        try:
            description.resolve(reference)
        except LookupError:
            holder = document
            for step in path[:-1]:
                holder = holder[step]
            holder.clear()
    return document


def _told(error: Any) -> Iterator[Finding]:
    """One error of the validator; of alternatives, the one that came nearest."""
    path = tuple(getattr(error, "absolute_path", ()))
    best = error
    while getattr(best, "context", None):
        best = max(best.context, key=lambda e: (len(e.absolute_path), e.validator != "required"))
    deeper = tuple(getattr(best, "absolute_path", ())) or path
    kind = type(error).__name__
    message = str(getattr(best, "message", best)).splitlines()[0]
    if kind in ("OpenAPIValidationError", "ValidationError") or len(deeper) > 0:
        yield deeper, message[:240]
    else:
        yield path, message[:240]


def _findings_of_references(description: Description) -> Iterator[Finding]:
    for path, reference in references(description.data):
        try:
            description.resolve(reference)
        except LookupError as error:
            yield path, str(error)


def _findings_of_examples(description: Description) -> Iterator[Finding]:
    schemas = Schemas(description)
    for example in examples(description):
        found = [schemas.errors_by(example.schema, example.value, way) for way in example.directions]
        if all(found):
            yield example.at, f"doesn't match its schema: {found[0][0]}"


def _findings_of_ids(description: Description) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for operation in description.operations:
        name = operation.raw.get("operationId")
        if not isinstance(name, str) or not name:
            yield operation.at, f"{operation.label} has no operationId"
        elif name in first:
            yield (*operation.at, "operationId"), f"operationId {name!r} is that of {first[name]} already"
        else:
            first[name] = operation.label


def _findings_of_security(description: Description) -> Iterator[Finding]:
    declared = _declared(description)
    for operation in description.operations:
        if "security" not in operation.raw and "security" not in description.data:
            yield operation.at, f"{operation.label} doesn't say who may call it; write `security: []` if everybody may"
        listed = operation.raw.get("security")
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            yield from _undeclared(entry, declared, (*operation.at, "security", index))
    listed = description.data.get("security") if isinstance(description.data, dict) else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        yield from _undeclared(entry, declared, ("security", index))


def _declared(description: Description) -> set[str]:
    data = description.data
    components = data.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else data.get("securityDefinitions")
    return set(found) if isinstance(found, dict) else set()


def _undeclared(entry: Any, declared: set[str], at: YamlPath) -> Iterator[Finding]:
    for name in entry if isinstance(entry, dict) else ():
        if name not in declared:
            yield at, f"security scheme {name!r} isn't declared under components.securitySchemes"


def _rule(invariant: Invariant, find: Callable[[Description], Iterator[Finding]]) -> Rule:
    def cases(contract: Contract) -> Iterable[Case]:
        if contract.description is not None or invariant is DOCUMENT:
            yield contract.case(invariant.id, "document", contract.at())

    def judge(case: Case, server: Server) -> None:
        contract: Contract = case.data.contract
        description = contract.require()
        found = list(dict.fromkeys(find(description)))
        if found:
            _fail(description, found)

    return Rule(invariant, cases, judge)


def _fail(description: Description, found: list[Finding]) -> None:
    places: list[tuple[Location, str]] = [(description.at(*path), message) for path, message in found]
    where, message = places[0]
    more = [f"{place}: {text}" for place, text in places[1:6]]
    if len(places) > 6:
        more.append(f"+{len(places) - 6} more")
    raise CheckFailure(message, evidence=more, location=where)


RULES = (
    _rule(DOCUMENT, _findings_of_document),
    _rule(REFERENCES, _findings_of_references),
    _rule(EXAMPLES, _findings_of_examples),
    _rule(OPERATION_IDS, _findings_of_ids),
    _rule(SECURITY, _findings_of_security),
)
