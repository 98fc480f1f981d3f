"""The reference API: a stateful server made from a description, the Hub's by default, with doors that close."""

from __future__ import annotations

import os
from pathlib import Path

from ..api.description import describe
from ..api.mock.http import MockServer
from ..api.mock.service import MockService
from ..data import data_dir

#: Opens its doors when `LETSBE_API_TOKEN` doesn't say otherwise; it guards nothing.
TOKEN = "letsbe-reference"  # noqa: S105


def serve_api(port: int, spec: Path | None = None) -> None:
    """Serve until interrupted."""
    path = spec or data_dir("contracts") / "hub" / "openapi.yaml"
    token = os.environ.get("LETSBE_API_TOKEN") or TOKEN
    server = MockServer(MockService(describe(path), stateful=True, token=token), port)
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
