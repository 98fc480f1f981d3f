"""``python -m pytest_letsbe.reference.proxy``: starts the reference, or a class derived from it, on a port."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
from pathlib import Path
from typing import Any

from .server import ReferenceProxy


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--class", dest="subject", help="path.py:Class, to start another proxy in its place")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--policy", required=True)
    parser.add_argument("--dns", required=True)
    parser.add_argument("--ca")
    parser.add_argument("--state")
    options = parser.parse_args()
    kind = _class(options.subject) if options.subject else ReferenceProxy
    serving = kind(options.policy, options.dns, options.ca, options.state).serve(options.port)
    if serving is not None:  # one built without asyncio serves until it is killed
        asyncio.run(serving)


def _class(subject: str) -> Any:
    path, _, name = subject.rpartition(":")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} isn't a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


if __name__ == "__main__":
    main()
