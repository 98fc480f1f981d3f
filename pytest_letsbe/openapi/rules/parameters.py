"""Parameters as they stand on the wire: place, presence, serialisation, default, and schema."""

from __future__ import annotations

import json
from typing import Any

from ..operations import Value
from ..view import view
from .context import Context, Pair
from .media import contains

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
#: 2.0's collectionFormat in the words of 3.
_FORMATS = {"csv": ("form", False), "ssv": ("spaceDelimited", False), "tsv": ("tsv", False),
            "pipes": ("pipeDelimited", False), "multi": ("form", True)}  # fmt: skip


def parameters(context: Context, pair: Pair) -> None:
    """Everything about parameters; a webhook's are sent by the API."""
    before, after = (pair.old.parameters, pair.new.parameters)
    asked = pair.role(asked=True) == "request"
    for key, old in before.items():
        where = f"{pair.name} {old.where} parameter {old.name}"
        if key not in after:
            if old.place.get("deprecated") is not True and old.where != "path":
                context.by_rule("request-parameter-removed", pair.new.place, where, "the parameter isn't read any more")
            continue
        new = after[key]
        first, second = (old, new) if asked else (new, old)
        if second.required and not first.required:
            message = "a request without it is refused"
            context.by_rule("request-parameter-became-required", second.place, where, message, _without(pair, second))
        _serialised(context, pair, old, new, where)
        _defaults(context, old, new, where)
        frame = {
            "request": {"method": pair.new.method.upper(), "path": pair.new.path, "in": new.where, "name": new.name}
        }
        context.schemas(pair, old.schema, new.schema, role=pair.role(asked=True), holder="parameter", where=where,
                        frame=frame, slot="value", fallback=new.place)  # fmt: skip
    first_keys, added = (before, after) if asked else (after, before)
    for key, new in added.items():
        if key not in first_keys and new.required and new.where != "path":
            where = f"{pair.name} {new.where} parameter {new.name}"
            message = "a request without it is refused"
            context.by_rule("new-required-request-parameter", new.place, where, message, _without(pair, new))


def _without(pair: Pair, parameter: Value) -> dict[str, Any]:
    return {
        "request": {
            "method": pair.new.method.upper(),
            "path": pair.new.path,
            f"without {parameter.where}": parameter.name,
        }
    }


def _serialised(context: Context, pair: Pair, old: Value, new: Value, where: str) -> None:
    if bool(old.media) != bool(new.media) or (old.media and not contains(new.media, old.media)):
        message = f"the value was written as {old.media or 'style'} and is now as {new.media or 'style'}"
        context.by_rule("request-parameter-serialization-changed", new.place, where, message)
        return
    for keyword in ("allowEmptyValue", "allowReserved"):
        if old.place.get(keyword) is True and new.place.get(keyword) is not True and old.where == "query":
            context.by_rule(
                f"request-parameter-{_kebab(keyword)}-removed", new.place, where, f"{keyword} isn't true any more"
            )
    if not old.schema or not new.schema:
        return
    shared = view(old.schema, "request").types & view(new.schema, "request").types
    if "string" in shared or not shared & {"array", "object"}:
        kinds = shared & {"array", "object"} if len(shared) < 5 else set()
        if not kinds and _style(old)[0] == _style(new)[0]:
            return
        if not kinds and {_style(old)[0], _style(new)[0]} <= {
            "form",
            "simple",
            "spaceDelimited",
            "pipeDelimited",
            "deepObject",
        }:
            return  # one value looks the same in all of them
    was, now = _style(old), _style(new)
    if was[0] != now[0]:
        context.by_rule("request-parameter-style-changed", new.place, where, f"style was {was[0]} and is {now[0]}")
    elif was[1] != now[1]:
        context.by_rule("request-parameter-explode-changed", new.place, where, f"explode was {was[1]} and is {now[1]}")


def _style(parameter: Value) -> tuple[str, bool]:
    place = parameter.place
    if "collectionFormat" in place.value or "type" in place.value:  # 2.0
        return _FORMATS.get(str(place.get("collectionFormat")), ("form", False))
    style = str(place.get("style") or _STYLES.get(parameter.where, "form"))
    explode = place.get("explode")
    if style == "deepObject":  # it is written in one way only (OpenAPI 3.1, 4.8.12.4)
        return style, True
    return style, explode if isinstance(explode, bool) else style == "form"


def _defaults(context: Context, old: Value, new: Value, where: str) -> None:
    """A default is what a request without the parameter means."""
    if old.required or new.required or not old.schema or not new.schema:
        return
    was, now = _default(old), _default(new)
    if was == now:
        return
    if was is None:
        rule, message = "request-parameter-default-value-added", f"a request without it now means {now}"
    elif now is None:
        rule, message = "request-parameter-default-value-removed", f"a request without it doesn't mean {was} any more"
    else:
        rule, message = "request-parameter-default-value-changed", f"a request without it meant {was} and means {now}"
    context.by_rule(rule, new.place, where, message)


def _default(parameter: Value) -> str | None:
    if not parameter.schema:
        return None
    for part in parameter.schema.flat:
        value = getattr(part, "place", None) and getattr(part, "get", lambda key: None)("default")
        if value is not None:
            return json.dumps(value, default=str)
    return None


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
