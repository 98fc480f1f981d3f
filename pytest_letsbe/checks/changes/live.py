"""A live Gitea server as a source of answers on one pull request."""

from __future__ import annotations

import os
from typing import Any

from ...gitea import Gitea
from ...model import NotEvaluated
from .options import Live
from .source import ANSWERS

#: For all answers of a run together, in seconds.
DEADLINE = 60.0
_MOST_PAGES = 20
#: Answers that don't come in pages.
_WHOLE = ("pull", "branch_protections")


class LiveServer:
    """See ``source.Source``. A server that doesn't answer leaves the check not evaluated."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._read: dict[str, Any] = {}
        self._gitea = Gitea(live.url, live.repo, live.token, DEADLINE)

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
        return self._gitea.get(path) if name in _WHOLE else self._gitea.pages(path, _MOST_PAGES)
