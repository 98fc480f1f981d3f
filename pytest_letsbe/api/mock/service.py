"""Answers one request after another from a description: examples first, then values made for the schema.

Stateful, it keeps what was created: a thing can be read by its name, listed, changed and deleted, and one that isn't
there is a documented 404. Every answer is judged by the description before it leaves.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from ..description import Description, Operation
from ..generate import Generator
from ..messages import Messages, Request, is_json, parse_json
from ..messages import Response as Judged
from ..routes import Routes
from .doors import Doors
from .naming import naming
from .store import Store, first_example, own_parameter
from .wishes import Wishes, acceptable, wishes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it goes out; ``operation`` is None where the request met none."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    operation: Operation | None = None
    reasons: tuple[str, ...] = ()


class MockService:
    """One description, its store and its doors; for several threads.

    Args:
        stateful: whether it remembers what was created.
        token: the only credential that opens its doors; any will do when None.
    """

    def __init__(
        self, description: Description, *, stateful: bool = False, token: str | None = None, seed: int = 0
    ) -> None:
        self.description = description
        self.messages = Messages(description)
        self._routes = Routes(description)
        self._doors = Doors(description, token)
        self._generator = Generator(description, seed)
        self._store = Store(description) if stateful else None
        self._lock = threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The response to a request line, its headers and its body."""
        with self._lock:
            try:
                return self._answer(method, target, headers, body)
            except RecursionError:
                return self._plain(400, "the request is nested deeper than anybody reads")

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        route = self._routes.find(parts.path)
        if route is None:
            return self._plain(404, f"no path of the description matches {unquote(parts.path)}")
        heads = method == "HEAD" and "HEAD" not in route.operations  # RFC 9110, 9.3.2: GET without its content
        operation = route.operations.get("GET" if heads else method)
        if operation is None:
            allowed = ", ".join(sorted(route.operations))
            if method == "OPTIONS":
                return Answer(204, {"Allow": allowed})
            answer = self._plain(405, f"{route.path} has no {method}; it has {allowed}")
            answer.headers["Allow"] = allowed
            return answer
        if refusal := self._doors.refusal(operation, headers, parts.query):
            return self._refuse(operation, (401, 403), [refusal])
        request = Request(operation, route.values, parts.query, headers, body)
        if problems := self.messages.problems_of_request(request):
            return self._refuse(operation, (422, 400), problems)
        return self._serve(request)

    def _serve(self, request: Request) -> Answer:
        operation, store = request.operation, self._store
        wished = wishes(request.headers)
        if wished.code is not None:
            return self._wished(request, wished.code, wished)
        thing: dict[str, Any] | None = None
        if store is not None:
            for path, name in _parents(operation, request.path):
                thing = store.get(path, name)
                if thing is None and store.keeps(path) and operation.documents(404):
                    return self._refuse(operation, (404,), [f"there is no {name}"])
            if operation.method == "delete" and (own := own_parameter(operation)):
                store.delete(operation.path, request.path[own])
        status = _success(operation)
        if status is None:
            return self._plain(501, f"{operation.label} documents no success", operation)
        if wished.example is not None:
            return self._wished(request, status, wished)
        return self._success(request, status, thing, wished)

    def _wished(self, request: Request, status: int, wished: Wishes) -> Answer:
        """A documented response that the client picked; nothing is remembered."""
        operation = request.operation
        key = operation.documents(status)
        if key is None:
            return self._plain(501, f"{operation.label} documents no {status}, which Prefer asks for", operation)
        content = self.messages.media_types(self.description.follow(operation.responses[key]))
        media_type = acceptable(wished.accept, content)
        if content and media_type is None:
            return self._not_acceptable(operation, content)
        headers = self._headers(self.description.follow(operation.responses[key]))
        if media_type is None:
            return Answer(status, headers, b"", operation)
        media, value = content[media_type], self._value(content[media_type])
        if wished.example is not None:
            named = media.get("examples") if isinstance(media, dict) else None
            names = named if isinstance(named, dict) else {}
            if wished.example not in names:
                there = ", ".join(names) or "none"
                return self._plain(
                    501, f"there is no example {wished.example!r} of {status}; there is {there}", operation
                )
            chosen = self.description.follow(names[wished.example])
            value = chosen.get("value") if isinstance(chosen, dict) else None
        headers["Content-Type"] = media_type if "*" not in media_type else "application/json"
        return Answer(status, headers, _encode(media_type, value), operation)

    def _not_acceptable(self, operation: Operation, content: Mapping[str, Any]) -> Answer:
        reason = f"nothing that Accept asks for is offered; {operation.label} has {', '.join(content)}"
        return self._plain(406, reason, operation, (reason,))

    def _success(self, request: Request, status: int, thing: dict[str, Any] | None, wished: Wishes) -> Answer:
        operation = request.operation
        key = operation.documents(status) or "default"
        documented = self.description.follow(operation.responses[key])
        content = self.messages.media_types(documented)
        media_type = acceptable(wished.accept, content)
        headers = self._headers(documented)
        if content and media_type is None:
            return self._not_acceptable(operation, content)
        if media_type is None:
            return Answer(status, headers, b"", operation)
        value = self._value(content[media_type])
        # Last what is made for the schema: an example may break its own.
        candidates = [*self._remembered(request, value, thing), value, self._generated(content[media_type])]
        headers["Content-Type"] = media_type if "*" not in media_type else "application/json"
        answers = [Answer(status, headers, _encode(media_type, candidate), operation) for candidate in candidates]
        answer = next((a for a in answers if not self._problems(a)), None)
        if answer is None:
            return self._plain(
                501, "no valid response could be made; add an example", operation, self._problems(answers[-1])
            )
        if self._store is not None:
            self._remember(request, answer, candidates[answers.index(answer)])
        return answer

    def _remembered(self, request: Request, value: Any, thing: dict[str, Any] | None) -> list[Any]:
        """What a server with a memory would answer, best first."""
        operation, store = request.operation, self._store
        if store is None:
            return []
        sent = _sent(request)
        if operation.method == "get" and thing is not None and own_parameter(operation):
            return [thing]
        if operation.method in ("put", "patch") and thing is not None and isinstance(value, dict):
            return [{**thing, **_known(sent, {**value, **thing})}, thing]
        if operation.method == "get" and isinstance(value, dict | list):
            return self._listed(operation, value)
        if operation.method == "post" and isinstance(value, dict):
            fresh = self._renamed(operation, value)
            return [{**fresh, **_known(sent, value)}, fresh]
        return []

    def _listed(self, operation: Operation, value: Any) -> list[Any]:
        things = self._store.all(operation.path)[:1] if self._store is not None else []
        if not things or isinstance(value, list):
            return [things] if things else []
        lists = [key for key, child in value.items() if isinstance(child, list)]
        return [{**value, lists[0]: things}] if len(lists) == 1 else []

    def _renamed(self, operation: Operation, value: dict[str, Any]) -> dict[str, Any]:
        """The same thing with a new name, where things of this collection are read by their name."""
        named = naming(self.description, operation)
        key = next((k for k in named.keys if k in value), None) if named else None
        if named is None or key is None:
            return value
        schema = next((p.get("schema") for p in named.item.parameters if p.get("name") == named.parameter), None)
        followed = self.description.follow(schema)
        kind = followed.get("type") if isinstance(followed, dict) else None
        if kind == "integer" and self._store is not None:
            return {**value, key: self._store.fresh(named.item.path, followed)}
        return {**value, key: self._generator.text(followed)} if kind == "string" else value

    def _remember(self, request: Request, answer: Answer, value: Any) -> None:
        operation, store = request.operation, self._store
        if store is None or not isinstance(value, dict):
            return
        if operation.method in ("put", "patch") and (name := own_parameter(operation)):
            store.put(operation.path, request.path[name], value)
        elif operation.method == "post":
            named = naming(self.description, operation)
            found = next((value[key] for key in named.keys if key in value), None) if named else None
            if named is not None and isinstance(found, str | int) and not isinstance(found, bool):
                store.put(named.item.path, str(found), value)
                if "Location" in answer.headers:
                    answer.headers["Location"] = f"{operation.path}/{found}"

    def _generated(self, media: Any) -> Any:
        return self._generator.value(media.get("schema", {})) if isinstance(media, dict) else None

    def _value(self, media: Any) -> Any:
        found = first_example(self.description, media)
        return self._generated(media) if found is None else found

    def _headers(self, documented: Any) -> dict[str, str]:
        found = documented.get("headers") if isinstance(documented, dict) else None
        result = {}
        for name, raw in found.items() if isinstance(found, dict) else ():
            header = self.description.follow(raw)
            if isinstance(header, dict) and name.lower() != "content-type":
                value = first_example(self.description, header)
                value = self._generator.value(header.get("schema", {})) if value is None else value
                result[name] = value if isinstance(value, str) else json.dumps(value)
        return result

    def _problems(self, answer: Answer) -> tuple[str, ...]:
        if answer.operation is None:
            return ()
        judged = Judged(answer.operation, answer.status, answer.headers, answer.body)
        return tuple(self.messages.problems_of_response(judged))

    def _refuse(self, operation: Operation, wanted: tuple[int, ...], reasons: list[str]) -> Answer:
        """The documented refusal that fits best, with the reason where its schema has a place for one."""
        exact = [status for status in wanted if str(status) in operation.responses]
        status = next((s for s in [*exact, *wanted] if operation.documents(s)), wanted[0])
        key = operation.documents(status)
        documented = self.description.follow(operation.responses[key]) if key else None
        content = self.messages.media_types(documented)
        media_type = next((name for name in content if is_json(name)), "")
        if not media_type:
            return self._plain(status, reasons[0], operation, tuple(reasons))
        value = self._value(content[media_type])
        headers = {**self._headers(documented), "Content-Type": media_type}
        full = {**value, **_told(value, status, reasons)} if isinstance(value, dict) else value
        for candidate in (full, value):
            answer = Answer(status, headers, _encode(media_type, candidate), operation, tuple(reasons))
            if not self._problems(answer):
                return answer
        return self._plain(status, reasons[0], operation, tuple(reasons))

    def _plain(
        self, status: int, reason: str, operation: Operation | None = None, reasons: tuple[str, ...] = ()
    ) -> Answer:
        body = {"title": reason, "status": status, "reasons": list(reasons)}
        headers = {"Content-Type": "application/problem+json"}
        return Answer(status, headers, json.dumps(body).encode(), operation, reasons or (reason,))


def _success(operation: Operation) -> int | None:
    exact = sorted(int(key) for key in operation.responses if key.isdigit() and 200 <= int(key) < 400)
    if exact:
        return exact[0]
    upper = {key.upper() for key in operation.responses}
    return 200 if "2XX" in upper or "DEFAULT" in upper else 302 if "3XX" in upper else None


def _parents(operation: Operation, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The things that a path names, outermost first: ``/tenants/{tenantId}`` of ``/tenants/{tenantId}/usage``."""
    found, steps = [], operation.path.split("/")
    for index, step in enumerate(steps):
        if step.startswith("{") and step.endswith("}"):
            found.append(("/".join(steps[: index + 1]), values[step[1:-1]]))
    return found


def _sent(request: Request) -> dict[str, Any]:
    try:
        found = parse_json(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _known(sent: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    return {key: child for key, child in sent.items() if key in value}


def _told(value: dict[str, Any], status: int, reasons: list[str]) -> dict[str, Any]:
    told = {key: "; ".join(reasons)[:400] for key in ("detail", "message") if isinstance(value.get(key), str)}
    return {**told, **({"status": status} if isinstance(value.get("status"), int) else {})}


def _encode(media_type: str, value: Any) -> bytes:
    if isinstance(value, str) and not is_json(media_type):
        return value.encode()
    return json.dumps(value, ensure_ascii=False).encode()
