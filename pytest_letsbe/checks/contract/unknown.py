"""Asks for things that aren't there: a request that succeeded, sent again with the name of nothing.

Generated requests name what the description exemplifies or what was created; whether they ever meet an unknown name is
luck. The commonest undocumented answer is the one to an unknown name, so it is asked for.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from ...api.description import Description, Operation
from ...api.generate import Generator
from ...api.messages import Messages, Request, Response
from .results import Broken, Results

#: The check's name in node ids.
UNKNOWN = "unknown-id"

_HOP = frozenset({"content-length", "connection", "accept-encoding", "x-schemathesis-testcaseid"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it went out, and the values that filled its path."""

    uri: str
    path: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes


def last_parameter(operation: Operation) -> str | None:
    """The placeholder nearest to the end of a path."""
    names = [step[1:-1] for step in operation.path.split("/") if step.startswith("{") and step.endswith("}")]
    return names[-1] if names else None


def ask(description: Description, url: str, succeeded: Mapping[str, Sent], results: Results, timeout: float) -> None:
    """Send each operation's request with an unknown name, and add what the description doesn't allow to its results."""
    import requests

    messages = Messages(description)
    with requests.Session() as session:
        session.trust_env = False
        for operation in description.operations:
            sent, name = succeeded.get(operation.label), last_parameter(operation)
            value = None if name is None else _unknown(description, messages, operation, name)
            if sent is None or name is None or value is None:
                continue
            path = operation.path
            for key, known in {**sent.path, name: value}.items():
                path = path.replace("{" + key + "}", quote(str(known), safe=""))
            query = urlsplit(sent.uri).query
            target = f"{url}{path}" + (f"?{query}" if query else "")
            headers = {k: v for k, v in sent.headers.items() if k.lower() not in _HOP}
            seen = results.of(operation.label)
            try:
                answer = session.request(
                    operation.method.upper(),
                    target,
                    headers=headers,
                    data=sent.body or None,
                    timeout=timeout,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                seen.errors.append(f"connection: {name}={value}: {type(error).__name__}")
                continue
            seen.saw(answer.status_code)
            seen.asserted[UNKNOWN] = 1
            problems = _problems(messages, operation, answer)
            if problems:
                curl = f"curl -X {operation.method.upper()} '{target}'"
                lines = (*problems[:5], f"answered: {answer.status_code} {answer.text[:200]!r}")
                seen.add(Broken(UNKNOWN, f"an unknown {name} isn't answered as documented", lines, curl))


def _problems(messages: Messages, operation: Operation, answer: Any) -> list[str]:
    if answer.status_code == 500:
        return ["500: the server failed"]
    return messages.problems_of_response(Response(operation, answer.status_code, dict(answer.headers), answer.content))


def _unknown(description: Description, messages: Messages, operation: Operation, name: str) -> Any:
    """A value that the parameter's schema allows and nothing has; None when there is none to be made."""
    parameter = next((p for p in operation.parameters if p.get("in") == "path" and p.get("name") == name), {})
    schema = description.follow(parameter.get("schema", parameter))
    if not isinstance(schema, dict) or "enum" in schema or "const" in schema:
        return None
    plain = {key: part for key, part in schema.items() if key not in ("example", "examples", "default")}
    kind = plain.get("type")
    if kind == "integer":
        high = plain.get("maximum", 2**31 - 2)
        value: Any = int(high) if isinstance(high, int | float) else 2**31 - 2
    elif "pattern" in plain or "format" in plain:
        value = Generator(description, seed=random.Random(operation.label).getrandbits(32)).text(plain)  # noqa: S311
    else:
        value = "letsbe-unknown-1f9c3a"[: int(plain.get("maxLength", 64))]
    if "schema" not in parameter:
        return value  # Swagger 2
    judged = Request(operation, {name: str(value)})
    mine = f"path parameter {name!r}"
    return None if any(p.startswith(mine) for p in messages.problems_of_request(judged)) else value
