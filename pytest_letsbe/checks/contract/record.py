"""What one scenario of Schemathesis showed, distributed onto our operations and checks, with what a server may do.

A recorder is Schemathesis' own object, or one of the same shape that was read back from its ndjson report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...api.description import Operation
from .results import Broken, Results
from .unknown import Sent

#: Our name of a check -> Schemathesis'. The first six are always judged, the others when the manifest asks.
CHECKS = {
    "server-error": "not_a_server_error",
    "status-code": "status_code_conformance",
    "content-type": "content_type_conformance",
    "response-headers": "response_headers_conformance",
    "response-schema": "response_schema_conformance",
    "auth-enforced": "ignored_auth",
    "negative-data": "negative_data_rejection",
    "positive-data": "positive_data_acceptance",
    "missing-header": "missing_required_header",
    "unsupported-method": "unsupported_method",
    "use-after-free": "use_after_free",
    "resource-availability": "ensure_resource_availability",
    "object-auth": "object_level_authorization",
}
ALWAYS = tuple(CHECKS)[:6]

#: Refusals of a request that isn't valid: a description that documents none of them says nothing about bad input.
REFUSALS = frozenset({400, 401, 404, 405, 406, 411, 413, 414, 415, 422, 431})

#: Refusals of the HTTP layer below the API, of any request (RFC 9110, 15.5; RFC 6585, 5).
PROTOCOL = frozenset({408, 411, 413, 414, 431})
#: What a router says to a path that it doesn't take apart as the description does: decoded, cleaned, or not at all.
ROUTER = frozenset({301, 307, 308, 400, 404, 405})
_ODD = re.compile(r"[/\\\x00-\x1f\x7f]|\A\.{0,2}\Z")


@dataclass(frozen=True, slots=True)
class Known:
    """An operation, and whether it asks for credentials."""

    operation: Operation
    is_secured: bool


def record(recorder: Any, results: Results, operations: dict[str, Known], succeeded: dict[str, Sent]) -> None:
    names = {theirs: ours for ours, theirs in CHECKS.items()}
    for case_id, node in recorder.cases.items():
        case, interaction = node.value, recorder.interactions.get(case_id)
        label = case.operation.label
        if interaction is None or case.method.upper() != label.split(" ", 1)[0].upper():
            continue  # never sent, or sent with a method that the description doesn't have
        seen = results.of(label)
        response = interaction.response
        if response is not None:
            seen.saw(response.status_code)
            seen.parameters.update(_sent(case))
            if 200 <= response.status_code < 300 and label not in succeeded and not _is_invalid(case):
                succeeded[label] = _as_sent(case, interaction.request)
        for check in recorder.checks.get(case_id, ()):
            ours = names.get(check.name)
            if ours is None:
                continue
            seen.asserted[ours] = seen.asserted.get(ours, 0) + 1
            if _value(check.status) == "failure" and check.failure_info is not None:
                broken = _broken(ours, check.failure_info, response)
                if not _is_tolerated(ours, case, response, operations.get(label)):
                    seen.add(broken)


def _as_sent(case: Any, request: Any) -> Sent:
    headers = {name: value[0] for name, value in request.headers.items()}
    return Sent(request.uri, dict(case.path_parameters or {}), headers, request.body or b"")


def _sent(case: Any) -> Iterator[str]:
    for where in ("path_parameters", "query", "headers", "cookies"):
        short = {"path_parameters": "path", "headers": "header", "cookies": "cookie"}.get(where, where)
        for name in getattr(case, where, None) or ():
            yield f"{short}:{name.lower() if short == 'header' else name}"


def _is_tolerated(check: str, case: Any, response: Any, known: Known | None) -> bool:
    """What Schemathesis reports and a server may do all the same.

    A documented 501, 503 or other exact 5XX but 500 is an answer like any other. And OpenAPI 3.1, 4.8.16, asks for
    "a successful operation response and any known errors": where it documents no refusal at all, a plain refusal
    of an *invalid* request isn't held against it. Nor is a refusal that comes from below the API: by the HTTP layer, a
    router to a path value with a slash or a control character in it, or by the door to a request without its key.
    """
    if response is None or known is None:
        return False
    operation, status = known.operation, response.status_code
    if check == "server-error":
        return status != 500 and str(status) in operation.responses
    if check == "status-code":
        if status in PROTOCOL or (status in ROUTER and _is_odd(case)):
            return True
        if status in (401, 403) and _is_invalid(case) and known.is_secured:
            return True
        return status in REFUSALS and _is_invalid(case) and not any(map(operation.documents, (400, 422)))
    return False


def _is_odd(case: Any) -> bool:
    """Whether a value of the path is one that routers disagree on."""
    return any(_ODD.search(str(value)) for value in (case.path_parameters or {}).values())


def _is_invalid(case: Any) -> bool:
    mode = getattr(getattr(getattr(case, "meta", None), "generation", None), "mode", None)
    return mode is not None and bool(mode.is_negative)


def _broken(check: str, info: Any, response: Any) -> Broken:
    failure = info.failure
    lines = [line.rstrip() for line in str(failure.message).splitlines() if line.strip()]
    pointer = getattr(failure, "schema_path", None)
    if pointer is not None:
        lines.insert(0, f"schema: /{'/'.join(map(str, pointer))}  value: /{'/'.join(map(str, failure.instance_path))}")
    if response is not None:
        lines.append(f"answered: {response.status_code} {_excerpt(response)}")
    return Broken(check, str(failure.title), tuple(_few(lines)), info.code_sample.replace("\n", " "))


def _excerpt(response: Any) -> str:
    body = (response.content or b"")[:200].decode("utf-8", "replace")
    return body.encode("unicode_escape").decode("ascii")


def _few(lines: list[str], most: int = 14) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], "..."]


def _value(status: Any) -> str:
    """Of an enum, or as the report spells it."""
    return str(getattr(status, "value", status))
