"""Broken differs: each is one realistic fault, put in place of the right code while the pairs are compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from pytest_letsbe.openapi import arrays, compare, declared, diff, facets, objects, operations, report, schema, view
from pytest_letsbe.openapi.rules import bodies, context, lifecycle, media, parameters, security
from pytest_letsbe.openapi.same import Sameness


@dataclass(frozen=True)
class Fault:
    """``probe`` is in the names of the pairs that must notice."""

    name: str
    probe: str
    broken: Callable[[], AbstractContextManager[Any]]


def _set(target: Any, name: str, value: Any) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: patch.object(target, name, value)


def _nothing(*_: Any, **__: Any) -> Any:
    return []


def _claims_without(function: str, *kinds: str) -> Callable[[], AbstractContextManager[Any]]:
    real = getattr(facets, function)
    return _set(facets, function, lambda sent, read: [claim for claim in real(sent, read) if claim[0] not in kinds])


def _counts_without(*kinds: str) -> Callable[[], AbstractContextManager[Any]]:
    real = arrays.lengths
    return _set(arrays, "lengths", lambda *a: [change for change in real(*a) if change.kind not in kinds])


def _changes_without(*kinds: str) -> Callable[[], AbstractContextManager[Any]]:
    real = compare.Comparer.compare
    return _set(compare.Comparer, "compare", lambda *a: [change for change in real(*a) if change.kind not in kinds])


def _open_world(comparer: Any, sent: Any, read: Any, *others: Any) -> Any:
    found = _properties(comparer, sent, read, *others)
    for name, theirs in read.properties.items():
        if name not in sent.properties:
            found += comparer.nested(comparer.compare(schema.anything(theirs), theirs), name, lambda value: ())
    return found


_properties = objects._properties
_types_of = view.types_of
_role = context.Pair.role
_branches = compare.branches
_comparer = context.Context.comparer


def _any_reference_is_the_same(*_: Any) -> bool:
    return True


def _first_status(operation: Any, status: str) -> str | None:
    return next(iter(operation.responses), None)


def _numbers_inclusive(seen: Any, part: Any) -> None:
    _numbers(seen, part)
    seen.low = seen.low and (seen.low[0], False)
    seen.high = seen.high and (seen.high[0], False)


_numbers = view._numbers


def _last_part_wins(node: Any, role: Any) -> Any:
    parts = [part for part in node.flat if isinstance(part, schema.Part)]
    return _view(schema.Node(tuple(parts[-1:])) if len(parts) > 1 else node, role)


_view = view._view

FAULTS = [
    Fault("direction is swapped", "objects: ", _set(context.Pair, "role", lambda self, asked: _role(self, not asked))),
    Fault("webhooks are judged like paths", "webhook sends", _set(context.Pair, "role", lambda self, asked: "request" if asked else "response")),
    Fault("the producer isn't closed", "optional property added, in a", _set(objects, "_properties", _open_world)),
    Fault("unknown is swallowed", "leads nowhere", _set(report.Report, "unknown", property(lambda self: []))),
    Fault("a dangling reference takes anything", "leads nowhere", lambda: patch.object(schema.Part, "only", lambda self, *k: self.literal({}))),
    Fault("required is ignored", "required", _set(objects, "_required", _nothing)),
    Fault("enums are ignored", "enums: ", _set(compare.Comparer, "_each_value", _nothing)),
    Fault("a new enum is ignored", "enums: enum set", _changes_without("became-enum")),
    Fault("header names have a case", "header in another case", _set(operations, "on_the_wire", lambda where, name, names: name)),
    Fault("query names have none", "query parameter in another case", _set(operations, "on_the_wire", lambda where, name, names: name.lower())),
    Fault("names in a template matter", "path renamed", _set(diff, "template", lambda path: path)),
    Fault("read-only is ignored", "read-only", _set(view, "_hidden", lambda node, role: False)),
    Fault("write-only is read as read-only", "write-only", _set(view, "_hidden", lambda node, role: node.flag("readOnly") or node.flag("writeOnly"))),
    Fault("null is never sent", "nullable", _set(view, "types_of", lambda part: _types_of(part) - {"null"})),
    Fault("exclusive bounds are inclusive", "exclusive", _set(view, "_numbers", _numbers_inclusive)),
    Fault("int32 is as large as int64", "int32", lambda: patch.multiple(view, BOUNDS={})),
    Fault("formats are ignored", "strings: ", _claims_without("_string_claims", "format")),
    Fault("shortest lengths are ignored", "strings: ", _claims_without("_string_claims", "min-length")),
    Fault("a first longest length is ignored", "strings: ", _claims_without("_string_claims", "max-length-set")),
    Fault("lowered lengths are ignored", "strings: ", _claims_without("_string_claims", "max-length")),
    Fault("patterns are ignored", "strings: ", _claims_without("_string_claims", "pattern", "pattern-set")),
    Fault("minimums are ignored", "numbers: ", _claims_without("_number_claims", "min", "min-set")),
    Fault("maximums are ignored", "numbers: ", _claims_without("_number_claims", "max", "max-set")),
    Fault("multiples are ignored", "numbers: ", _claims_without("_number_claims", "multiple-of")),
    Fault("counts of items are ignored", "arrays: ", _counts_without("min-items", "max-items", "max-items-set")),
    Fault("equal items are ignored", "arrays: ", _counts_without("unique-items")),
    Fault("items are ignored", "arrays: ", _set(arrays, "arrays", arrays.lengths)),
    Fault("undeclared properties are ignored", "objects: ", _set(objects, "_extra", _nothing)),
    Fault("counts and dependencies are ignored", "objects: ", _set(objects, "_counts", _nothing)),
    Fault("a removed property is fine", "optional property removed", _set(objects, "_gone", lambda seen: False)),
    Fault("conditions are ignored", "composition: ", _set(compare.Comparer, "_rest", lambda *a: None)),
    Fault("only the last of allOf counts", "composition: allOf", _set(view, "_view", _last_part_wins)),
    Fault("the first branch speaks for all", "composition: ", _set(compare, "branches", lambda node, union: _branches(node, union)[:1] * len(union.branches))),
    Fault("declarations are ignored", "extensi", _set(compare, "declared", _nothing)),
    Fault("references are never followed", "schema", _set(Sameness, "_references", _any_reference_is_the_same)),
    Fault("removal is fine", "removed", _set(lifecycle, "removed", _nothing)),
    Fault("deprecation is ignored", "deprecated operation removed", _set(operations.Operation, "flag", lambda self, keyword: None)),
    Fault("drafts are as stable as any", "alpha", _set(lifecycle, "level", lambda operation: "stable")),
    Fault("sunsets are ignored", "sunset earlier", _set(lifecycle, "changed", _nothing)),
    Fault("any credentials will do", "security: ", _set(security, "_enough", lambda credentials, wanted: True)),
    Fault("credentials are judged the wrong way round", "security: ", _set(security, "_enough", lambda credentials, wanted: wanted.keys() >= credentials.keys())),
    Fault("scopes are ignored", "another scope", _set(security, "_enough", lambda credentials, wanted: wanted.keys() <= credentials.keys())),
    Fault("schemes are ignored", "key in", _set(diff.security_rules, "schemes", _nothing)),
    Fault("defaults are ignored", "parameter default", _set(parameters, "_defaults", _nothing)),
    Fault("styles are ignored", "list", _set(parameters, "_serialised", _nothing)),
    Fault("parameters are compared as JSON", "takes any text", _set(context.Context, "comparer", lambda self, role, wire=False: _comparer(self, role))),
    Fault("parameters are ignored", "parameters: ", _set(parameters, "parameters", _nothing)),
    Fault("media types have a case", "media type in another case", _set(media, "parts", lambda name: (*name.partition("/")[::2], frozenset()))),
    Fault("media ranges are names", "request takes", _set(media, "contains", lambda wide, narrow: wide == narrow)),
    Fault("any status answers", "empty success status", _set(bodies, "_answering", _first_status)),
    Fault("encodings are ignored", "form", _set(bodies, "_encoding", _nothing)),
    Fault("responses are ignored", "response", _set(bodies, "responses", _nothing)),
    Fault("callbacks are ignored", "callback", _set(operations.Operation, "callbacks", _nothing)),
    Fault("webhooks are ignored", "webhook", _set(diff, "webhooks", _nothing)),
    Fault("servers are ignored", "base path changes", _set(diff, "bases", lambda doc: {""})),
    Fault("a parameter has one spelling", "switch as its two words", _set(compare, "spellings", lambda value: [value])),
    Fault("numbers are any text", "as short text", _set(facets, "_as_text", _nothing)),
    Fault("security schemes are sent by their name", "security scheme renamed", _set(security, "_renamed", lambda context, wanted: wanted)),
    Fault("servers of paths are ignored", "server of a path", _set(diff, "_servers", _nothing)),
    Fault("variables of servers are text", "variable of a server", _set(operations, "base_paths", lambda servers: {str(server.get("url")) for server in servers} or {""})),
    Fault("bytes have a schema", "binary body", _set(bodies, "raw", lambda media: False)),
    Fault("strange branches are tried out", "disc resp branch add", _set(compare.Comparer, "_strange", _nothing)),
    Fault("values of a mapping are ignored", "disc mapping removed", _changes_without("mapping-deleted")),
    Fault("patterns of other engines are ignored", "ecma pattern set", _set(facets, "compiles", lambda pattern: True)),
    Fault("2.0's words for bytes are lost", "is base64 in 3.1", _set(declared, "_OLDER", {"contentEncoding": "", "contentMediaType": ""})),
    Fault("witnesses are lost", "types: ", _set(context.Context, "_confirmed", lambda *a: ())),
]  # fmt: skip
