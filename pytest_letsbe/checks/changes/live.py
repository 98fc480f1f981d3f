"""A live Gitea server, read through its API with the standard library: a deadline, no redirects, no writing."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any

from ...model import NotEvaluated
from .options import Live
from .source import ANSWERS

SECONDS = 10.0
#: For all answers of a run together.
DEADLINE = 60.0
_PAGE = 50
_MOST_PAGES = 20


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it leads."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class LiveServer:
    """See ``source.Source``. A server that doesn't answer leaves the check not evaluated."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._read: dict[str, Any] = {}
        self._until = time.monotonic() + DEADLINE
        self._opener = urllib.request.build_opener(_NoRedirect)

    def answer(self, name: str) -> Any:
        if name not in ANSWERS:
            return None
        if name not in self._read:
            self._read[name] = self._ask(name)
        return self._read[name]

    def _ask(self, name: str) -> Any:
        number = os.environ.get(self._live.pull, "")
        if "{n}" in ANSWERS[name] and not number.isdigit():
            raise NotEvaluated(f"{self._live.pull} holds no number of a pull request")
        sha = ""
        if "{sha}" in ANSWERS[name]:
            sha = str(((self.answer("pull") or {}).get("head") or {}).get("sha") or "")
        path = ANSWERS[name].format(n=number, sha=sha)
        if name == "pull":
            return self._get(path)
        found: list[Any] = []
        for page in range(1, _MOST_PAGES + 1):
            part = self._get(f"{path}?limit={_PAGE}&page={page}")
            if not isinstance(part, list):
                return part
            found += part
            # A server may be set to smaller pages than we ask for: only an empty one is the last.
            if not part or name == "branch_protections":
                return found
        raise NotEvaluated(f"{path} has more than {_MOST_PAGES} pages")

    def _get(self, path: str) -> Any:
        url = f"{self._live.url.rstrip('/')}/api/v1/repos/{self._live.repo}/{path}"
        request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310  http(s) by the option's pattern
        if token := os.environ.get(self._live.token):
            request.add_unredirected_header("Authorization", f"token {token}")
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotEvaluated(f"{self._live.url} took more than {DEADLINE:.0f} s")
        try:
            with self._opener.open(request, timeout=min(SECONDS, left)) as reply:
                return json.loads(reply.read(8_000_000))
        except urllib.error.HTTPError as error:
            raise NotEvaluated(f"{url} answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise NotEvaluated(f"{url} didn't answer: {type(error).__name__}") from None
