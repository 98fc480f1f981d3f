"""A schema as one JSON Schema 2020-12 document with ``$defs``, for validators and for the prover."""

from __future__ import annotations

import re
from typing import Any

from .schema import BOUNDS, FLOAT, Node, Part, Role, number, types_of

_PLAIN = ("const", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties",
          "maxProperties", "minContains", "maxContains", "dependentRequired", "minimum", "maximum")  # fmt: skip
_SCHEMA = ("items", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
           "additionalProperties", "unevaluatedProperties")  # fmt: skip
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("patternProperties", "dependentSchemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def export(schema: Node, role: Role, *, closed: bool = False, tolerant: bool = False) -> dict[str, Any]:
    """The JSON Schema of what ``schema`` says in a request or a response.

    Args:
        closed: the producer's side, for the prover: only declared properties are ever sent.
        tolerant: the reader of a response: ``additionalProperties: false`` doesn't bind it, and one branch of
            ``oneOf`` is enough.
    """
    return _Exporter(role, closed=closed, tolerant=tolerant).document(schema)


class _Exporter:
    def __init__(self, role: Role, *, closed: bool, tolerant: bool) -> None:
        self.role: Role = role
        self.closed = closed
        self.tolerant = tolerant
        self.names: dict[tuple[Any, ...], str] = {}
        self.definitions: dict[str, Any] = {}

    def document(self, schema: Node) -> dict[str, Any]:
        parts = [self.part(part) for part in schema.parts]
        root = parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else {"allOf": parts}
        if self.definitions:
            root = {**root, "$defs": self.definitions}
        return {"$schema": DIALECT, **root}

    def part(self, part: Part, *, inside: bool = False) -> Any:
        value = part.place.value
        if not isinstance(value, dict):
            return value if isinstance(value, bool) else {}
        out: dict[str, Any] = {}
        reference = part.get("$ref") or part.get("$dynamicRef")
        if isinstance(reference, str):
            target = part.doc.target(part.place, reference)
            if target is not None:
                out["$ref"] = self._definition(Part(part.doc, target), inside)
            if part.doc.version < (3, 1):
                return out
        if part.nullable and not part.has("type") and any(map(part.has, ("allOf", "anyOf", "oneOf"))):
            return {"anyOf": [self.part(part.without("nullable", "x-nullable"), inside=inside), {"type": "null"}]}
        self._scalars(part, out)
        for keyword in part.held(_SCHEMA):
            self._subschema(part, keyword, out)
        for keyword in part.held(_LISTS):
            if isinstance(part.get(keyword), list) and part.get(keyword):
                below = inside or keyword == "allOf"
                branches = [
                    self.part(part.child(keyword, i).parts[0], inside=below) for i in range(len(part.get(keyword)))
                ]
                self._branches(keyword, branches, out)
        for keyword in part.held(_MAPS):
            if isinstance(part.get(keyword), dict):
                names = [name for name in part.get(keyword) if keyword == "dependentSchemas" or compiles(name)]
                out[keyword] = {name: self.part(part.child(keyword, name).parts[0]) for name in names}
        self._object(part, out, inside)
        return out

    def _branches(self, keyword: str, branches: list[Any], out: dict[str, Any]) -> None:
        if keyword == "oneOf" and (self.tolerant or self.closed):
            if "anyOf" in out:
                out.setdefault("allOf", []).append({"anyOf": branches})
                return
            keyword = "anyOf"
        out[keyword] = [*out.get(keyword, []), *branches] if keyword == "allOf" else branches

    def _subschema(self, part: Part, keyword: str, out: dict[str, Any]) -> None:
        if keyword.endswith("Properties") and self.tolerant and self.role == "response" and part.get(keyword) is False:
            return
        out[keyword] = self.part(part.child(keyword).parts[0])

    def _definition(self, part: Part, inside: bool) -> str:
        key = (part.key, inside)
        if key not in self.names:
            self.names[key] = name = f"s{len(self.names)}"
            self.definitions[name] = {}
            self.definitions[name] = self.part(part, inside=inside)
        return f"#/$defs/{self.names[key]}"

    def _scalars(self, part: Part, out: dict[str, Any]) -> None:
        out |= {keyword: part.get(keyword) for keyword in part.held(_PLAIN)}
        if part.has("type"):
            types = set(types_of(part))
            if "number" in types:
                types.discard("integer")
            if len(types) < 6:
                out["type"] = sorted(types) if len(types) > 1 else next(iter(types))
        if isinstance(part.get("enum"), list):
            values = part.get("enum")
            out["enum"] = [*values, None] if part.nullable and None not in values else values
        for side in ("inimum", "aximum"):
            plain, exclusive = "m" + side, "exclusiveM" + side
            if exclusive_is_flag := part.get(exclusive) is True and number(part.get(plain)):
                out.pop(plain, None)
                out[exclusive] = part.get(plain)
            if number(part.get(exclusive)) and not exclusive_is_flag:
                out[exclusive] = part.get(exclusive)
        self._format(part, out)
        pattern = part.get("pattern")
        if isinstance(pattern, str) and compiles(pattern) and pattern not in ("^.*$", ".*"):
            out["pattern"] = pattern

    def _format(self, part: Part, out: dict[str, Any]) -> None:
        form = part.get("format")
        if form in BOUNDS or form == "float":
            bound = BOUNDS.get(str(form), FLOAT)
            top = bound - 1 if form in BOUNDS else bound
            out.setdefault("allOf", []).append({"minimum": -bound, "maximum": top})
        elif isinstance(form, str) and form not in ("int64", "double"):
            out["format"] = form

    def _object(self, part: Part, out: dict[str, Any], inside: bool) -> None:
        properties = part.get("properties")
        hidden = set()
        flag = "readOnly" if self.role == "request" else "writeOnly"
        if isinstance(properties, dict):
            children = {name: part.child("properties", name) for name in properties}
            hidden = {name for name, child in children.items() if child.flag(flag)}
            kept = {name: child for name, child in children.items() if name not in hidden}
            out["properties"] = {name: self.part(child.parts[0]) for name, child in kept.items()}
            if self.closed and not inside and "additionalProperties" not in out and not part.has("allOf"):
                out.setdefault("unevaluatedProperties", False)
        if isinstance(part.get("required"), list):
            out["required"] = [name for name in part.get("required") if isinstance(name, str) and name not in hidden]
        if isinstance(out.get("dependentRequired"), dict):
            out["dependentRequired"] = {
                name: [other for other in others if other not in hidden]
                for name, others in out["dependentRequired"].items()
                if name not in hidden
            }


def compiles(pattern: str) -> bool:
    """Whether both regex dialects of the validators take it, as far as Python can tell."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
