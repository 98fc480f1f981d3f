"""Watches the HTTP client of tests that people wrote: each response is judged by the description, and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..model import CheckFailure
from .description import Description, Operation
from .messages import Messages, Request, Response
from .routes import Routes


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange that was watched; parameters are ``query:limit``."""

    operation: Operation
    status: int
    parameters: frozenset[str]


class ContractClient:
    """Calls an API and judges every response.

    Args:
        base_url: what the description's paths hang below.
        on_seen: told of every exchange, for the count of coverage.
    """

    def __init__(
        self, description: Description, base_url: str, on_seen: Callable[[Seen], None] = lambda seen: None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.seen: list[Seen] = []
        self._messages = Messages(description)
        self._routes = Routes(description)
        self._on_seen = on_seen
        self._session: Any = None

    def request(self, method: str, path: str, **options: Any) -> Any:
        """As ``requests.request``, ``path`` below ``base_url``. Raises CheckFailure where the description is broken."""
        if self._session is None:
            import requests

            self._session = requests.Session()
            self._session.trust_env = False
            self.watch(self._session)
        return self._session.request(method, self.base_url + path, **{"timeout": 30, **options})

    def get(self, path: str, **options: Any) -> Any:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Any:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.request("DELETE", path, **options)

    def watch(self, client: Any) -> Any:
        """Judge all responses of a ``requests.Session`` or an ``httpx.Client`` (Starlette's TestClient is one)."""
        if hasattr(client, "event_hooks"):  # httpx

            def judge_httpx(response: Any) -> None:
                response.read()
                self._judge(response.request, response.status_code, response.headers, response.content)

            hooks = client.event_hooks
            client.event_hooks = {**hooks, "response": [*hooks.get("response", []), judge_httpx]}
        else:

            def judge_requests(response: Any, *args: Any, **options: Any) -> None:
                self._judge(response.request, response.status_code, response.headers, response.content)

            client.hooks["response"].append(judge_requests)
        return client

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _judge(self, request: Any, status: int, headers: Mapping[str, str], body: bytes) -> None:
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix(urlsplit(self.base_url).path)
        route = self._routes.find(path)
        operation = route.operations.get(request.method) if route is not None else None
        if route is None or operation is None:
            raise CheckFailure(f"{request.method} {path} isn't in the description")
        asked = Request(operation, route.values, parts.query, dict(request.headers.items()))
        names = {f"query:{name}" for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        names |= {f"header:{name.lower()}" for name in asked.headers} | {f"path:{name}" for name in route.values}
        seen = Seen(operation, status, frozenset(names))
        self.seen.append(seen)
        self._on_seen(seen)
        problems = self._messages.problems_of_response(Response(operation, status, dict(headers.items()), body))
        if problems:
            sentence = f"{operation.label} answered {status} with what its description doesn't promise: {problems[0]}"
            raise CheckFailure(sentence, evidence=problems[1:6])
