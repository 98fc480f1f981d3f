"""Gitea's API as it is read here: a deadline over each answer and over all, pages, no redirects, no writing."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from .model import NotEvaluated
from .targets.wire import Wire, WireError, check_url

#: For one answer.
SECONDS = 10.0
_PAGE = 50


class Gitea:
    """One repo on a server.

    Args:
        url: ``https://git.example.org``; a path below it is kept.
        repo: ``owner/name``.
        token: the environment variable that holds a token with read scopes.
        deadline: seconds for all answers together; each has ``SECONDS`` at most.

    Raises:
        UsageError: the url is none of http or https.
    """

    def __init__(self, url: str, repo: str, token: str, deadline: float) -> None:
        parts = check_url(url)
        self._url, self._base = url.rstrip("/"), f"{parts.path.rstrip('/')}/api/v1/repos/{repo}/"
        self._token, self._deadline = token, deadline
        self._until = time.monotonic() + deadline
        self._wire = Wire(parts)

    def get(self, path: str) -> Any:
        """One answer. Raises ``NotEvaluated`` when there is none, and says why."""
        shown = f"{self._url}/{path}"
        headers = {"Accept": "application/json"}
        if token := os.environ.get(self._token):
            headers["Authorization"] = f"token {token}"
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotEvaluated(f"{self._url} took more than {self._deadline:.0f} s")
        try:
            answer = self._wire.exchange("GET", self._base + path, min(SECONDS, left), headers=headers)
        except (WireError, ValueError) as error:  # a token with a line break is no header
            what = error.what if isinstance(error, WireError) else f"${self._token} can't stand in a header"
            raise NotEvaluated(f"{shown} didn't answer: {what}") from None
        if answer.status != 200:  # a redirect too: it would carry the token to wherever it leads
            raise NotEvaluated(f"{shown} answered {answer.status}")
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise NotEvaluated(f"{shown} answered what isn't JSON") from None

    def pages(self, path: str, most: int) -> Any:
        """A list over all its pages, or the answer that is no list; ``NotEvaluated`` past ``most`` pages."""
        found: list[Any] = []
        mark = "&" if "?" in path else "?"
        for page in range(1, most + 1):
            part = self.get(f"{path}{mark}limit={_PAGE}&page={page}")
            if not isinstance(part, list):
                return part
            # A server may be set to smaller pages than we ask for: only an empty one is the last.
            if not part:
                return found
            found += part
        raise NotEvaluated(f"{path} has more than {most} pages")
