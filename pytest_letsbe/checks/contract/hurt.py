"""Whom a break reaches: the recorded interactions of the consumers that send or read what changed.

A place that no interaction can speak of (a server, a security scheme, a webhook) reaches everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ...api.messages import match_media_type
from ...api.pact import ABSENT, Interaction, Pact
from ...api.routes import Routes
from ...openapi.report import Finding

_PLACE = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)(?: (?P<rest>.*))?\Z", re.DOTALL)
_PARAMETER = re.compile(r"(?P<where>query|header|path|cookie) parameter (?P<name>.+)\Z", re.DOTALL)
_HEADER = re.compile(r"response (?P<status>\S+) header (?P<name>.+)\Z", re.DOTALL)
_MEDIA = r"(?: (?P<media>[^ ]+/[^ ]+(?:; [^/]*)?)(?: /(?P<inner>.*))?)?\Z"
_RESPONSE = re.compile(r"response (?P<status>\S+)" + _MEDIA, re.DOTALL)
_BODY = re.compile(r"request body" + _MEDIA, re.DOTALL)

#: Rules under which whoever leaves something out is hurt as well.
_ABSENCE = ("required", "default", "min-properties")


@dataclass(frozen=True, slots=True)
class Hurt:
    """One interaction that a break reaches, and what of it."""

    consumer: str
    interaction: str
    uses: str

    def line(self) -> str:
        return f'hurts {self.consumer}, "{self.interaction}": it {self.uses}'


def is_judged(finding: Finding) -> bool:
    """Whether recorded interactions can tell: the place is one of requests to the API, or of their answers."""
    return all(_PLACE.match(where) for where in (finding.where, *finding.elsewhere))


def hurt_by(finding: Finding, pacts: Iterable[Pact], routes: Routes) -> list[Hurt]:
    """All interactions that a finding of this description reaches, each once."""
    wheres = [found for where in (finding.where, *finding.elsewhere) if (found := _PLACE.match(where))]
    hurt = []
    for pact in pacts:
        for interaction in pact.interactions:
            uses = next((u for where in wheres if (u := _uses(finding.rule, where, interaction, routes))), None)
            if uses is not None:
                hurt.append(Hurt(pact.consumer, interaction.description, uses))
    return hurt


def _uses(rule: str, where: re.Match[str], interaction: Interaction, routes: Routes) -> str | None:
    """What the interaction does with the place; None when it does without."""
    if not _calls(where["method"], where["path"], interaction, routes):
        return None
    rest = where["rest"] or ""
    by_absence = any(word in rule for word in _ABSENCE)
    if found := _PARAMETER.match(rest):
        return _parameter(found["where"], found["name"], interaction, by_absence)
    if found := _HEADER.match(rest):
        reads = found["name"].lower() in {name.lower() for name in interaction.response_headers}
        return f"reads header {found['name']}" if reads and _is_status(found["status"], interaction.status) else None
    if found := _RESPONSE.match(rest):
        is_other = _is_other(found["media"], interaction.response_headers)
        if is_other or not _is_status(found["status"], interaction.status):
            return None
        if found["inner"] is None:
            return f"expects status {interaction.status}"
        return f"reads {_shown(found['inner'])}" if _holds(interaction.reads, _steps(found["inner"])) else None
    if found := _BODY.match(rest):
        if _is_other(found["media"], interaction.headers):
            return None
        return _sends(found["inner"], interaction, by_absence)
    return f"calls {where['method']} {where['path']}"


def _calls(method: str, path: str, interaction: Interaction, routes: Routes) -> bool:
    if interaction.method.upper() != method:
        return False
    template = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(path))
    if not re.search(template + r"/?\Z", interaction.path):
        return False
    better = routes.find(interaction.path)  # /things/search is no {id}
    return better is None or better.path.count("{") >= path.count("{")


def _is_status(documented: str, status: int) -> bool:
    text = str(status)
    return documented in (text, f"{text[:1]}XX", "default") or documented == f"{text[:1]}xx"


def _is_other(media: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a message says that it is of another media type than the one that changed."""
    given = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    return bool(media and given) and match_media_type(given, {str(media): None}) is None


def _parameter(where: str, name: str, interaction: Interaction, by_absence: bool) -> str | None:
    if where == "path":
        return f"calls it with {name}"
    headers = {key.lower(): value for key, value in interaction.headers.items()}
    sent = {
        "query": {key.partition("[")[0] for key, _ in parse_qsl(interaction.query, keep_blank_values=True)},
        "header": set(headers),
        "cookie": {part.partition("=")[0].strip() for part in headers.get("cookie", "").split(";")},
    }[where]
    wanted = name.lower() if where == "header" else name.partition("[")[0]
    if wanted in sent:
        return f"sends {where} parameter {name}"
    return f"leaves out {where} parameter {name}" if by_absence else None


def _sends(inner: str | None, interaction: Interaction, by_absence: bool) -> str | None:
    if interaction.body is ABSENT:
        return "sends no body" if by_absence and inner is None else None
    if inner is None or not isinstance(interaction.body, dict | list):
        return "sends a body"
    *holder, _ = steps = _steps(inner)
    if _holds(interaction.body, steps):
        return f"sends {_shown(inner)}"
    return f"leaves out {_shown(inner)}" if by_absence and _holds(interaction.body, holder) else None


def _steps(inner: str) -> list[str]:
    return [step.replace("~1", "/") for step in inner.split("/")]


def _shown(inner: str) -> str:
    return "/" + inner


def _holds(value: Any, steps: list[str]) -> bool:
    """Whether a value has something at a place; an item of a list is called ``items`` or by its number."""
    if value is ABSENT:
        return False
    if not steps:
        return True
    first, *rest = steps
    if isinstance(value, list):
        return not value or any(_holds(item, rest) for item in value)
    if isinstance(value, dict):
        return any(_holds(child, rest) for child in _children(value, first))
    return not isinstance(value, bool | int | float) and value is not None  # text: who knows what is read of it


def _children(value: dict[str, Any], step: str) -> Iterator[Any]:
    if step in value:
        yield value[step]
    elif step == "*":
        yield from value.values()
