"""Request bodies, responses and their headers: status codes, media types, encodings, and the schemas below them."""

from __future__ import annotations

from typing import Any

from ..operations import Body, Media, Operation, Response
from ..schema import Role
from .context import Context, Pair
from .media import contains, matching, raw


def request_body(context: Context, pair: Pair) -> None:
    """Everything about the request's body."""
    old, new = pair.old.body, pair.new.body
    role = pair.role(asked=True)
    where = f"{pair.name} request body"
    frame: dict[str, Any] = {"method": pair.new.method.upper(), "path": pair.new.path}
    first, second = (old, new) if role == "request" else (new, old)
    if second is not None and second.required and (first is None or not first.required):
        name = "request-body-added-required" if first is None else "request-body-became-required"
        context.by_rule(name, second.place, where, "a request without a body is refused", {"request": frame})
    if old is None or new is None:
        if old is not None and old.media:
            context.by_rule("request-body-removed", pair.new.place, where, "the body isn't read any more")
        return
    _media(context, pair, old, new, where, role == "request", "request", frame)


def responses(context: Context, pair: Pair) -> None:
    """Everything about responses."""
    for status, old in pair.old.responses.items():
        where = f"{pair.name} response {status}"
        matched = _answering(pair.new, status)
        if matched is None:
            if status.startswith("2"):
                place = pair.new.place / "responses"
                context.by_rule("response-success-status-removed", place, where, "the status isn't answered any more")
            continue
        if matched == "default" != status and status[:1] in "45" and "default" in pair.old.responses:
            continue  # an error that isn't spoken of any more, as good as removed
        _response(context, pair, old, pair.new.responses[matched], status, where)
    for status, new in pair.new.responses.items():
        covering = f"{status[:1]}XX"
        if status not in pair.old.responses and covering in pair.old.responses and status != covering:
            _response(context, pair, pair.old.responses[covering], new, status, f"{pair.name} response {status}")


def _answering(operation: Operation, status: str) -> str | None:
    """The status under which the new document speaks of this one."""
    options = [status, f"{status[:1]}XX"]
    options += sorted(s for s in operation.responses if status.endswith("XX") and s[:1] == status[:1])
    options.append("default")
    return next((option for option in options if option in operation.responses), None)


def _response(context: Context, pair: Pair, old: Response, new: Response, status: str, where: str) -> None:
    frame = {"method": pair.new.method.upper(), "path": pair.new.path, "status": status}
    role = pair.role(asked=False)
    _media(context, pair, old.body, new.body, where, role == "request", "response", frame)
    for name, header in old.headers.items():
        at = f"{where} header {header.name}"
        if name not in new.headers:
            kind = "required-response-header-removed" if header.required else "optional-response-header-removed"
            if header.place.get("deprecated") is not True:
                context.by_rule(kind, new.place, at, "the header isn't sent any more")
            continue
        there = new.headers[name]
        if header.required and not there.required and role == "response":
            context.by_rule("response-header-became-optional", there.place, at, "the header may be absent")
        context.schemas(pair, header.schema, there.schema, role=role, holder="header", where=at,
                        frame={"response": {**frame, "header": header.name}}, slot="value",
                        fallback=there.place)  # fmt: skip


def _media(
    context: Context, pair: Pair, old: Body, new: Body, where: str, asked: bool, message: str, frame: dict[str, Any]
) -> None:
    for name, media in old.media.items():
        found = matching(name, list(new.media), wider=message == "request")
        if not found:
            rule = f"{message}-body-media-type-removed" if message == "request" else "response-media-type-removed"
            context.by_rule(
                rule, new.place, f"{where} {name}", f"{name} isn't {'read' if asked else 'offered'} any more"
            )
            continue
        for other in found:
            there = new.media[other]
            if raw(media) and raw(there):
                continue
            sent = {**frame, "content-type": name if asked else other}
            role: Role = "request" if asked else "response"
            context.schemas(pair, media.schema, there.schema, role=role, holder="body",
                            where=f"{where} {name}", frame={message: sent}, slot="body",
                            fallback=there.place)  # fmt: skip
            _encoding(context, media, there, f"{where} {name}", message)


def _encoding(context: Context, old: Media, new: Media, where: str, message: str) -> None:
    """How the parts of a form are written (OpenAPI 3.1, 4.8.15)."""
    before, after = old.place.get("encoding", dict), new.place.get("encoding", dict)
    for name in sorted(before.keys() & after.keys()):
        if not isinstance(before[name], dict) or not isinstance(after[name], dict):
            continue
        for key, usual in (("contentType", None), ("style", "form"), ("explode", None), ("allowReserved", False)):
            was, now = before[name].get(key, usual), after[name].get(key, usual)
            if was == now or (key == "contentType" and _types_widen(was, now)):
                continue
            place = new.place / "encoding" / name
            context.by_rule(
                f"{message}-body-encoding-changed", place, f"{where} /{name}", f"{key} was {was} and is {now}"
            )


def _types_widen(was: Any, now: Any) -> bool:
    if not isinstance(was, str) or not isinstance(now, str):
        return False
    new = [part.strip() for part in now.split(",")]
    return all(any(contains(wide, part.strip()) for wide in new) for part in was.split(","))
