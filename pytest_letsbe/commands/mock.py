"""``letsbe mock SPEC --port N``: a server made from an OpenAPI description, for tests in any language."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .ports import port


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="the OpenAPI description")
    parser.add_argument("--port", type=port, default=0, help="loopback port (default: a free one, printed)")
    parser.add_argument("--stateful", action="store_true", help="remember what is created, changed and deleted")
    parser.add_argument("--seed", type=int, default=0, help="of generated values")


def run(options: argparse.Namespace) -> int:
    from ..api.description import describe
    from ..api.mock.http import MockServer
    from ..api.mock.service import MockService
    from ..model import UsageError

    description = describe(Path(options.spec))
    if description.is_swagger or not description.operations:
        raise UsageError(f"{options.spec}: a mock is made from an OpenAPI 3 description with operations")
    service = MockService(description, stateful=options.stateful, seed=options.seed)
    try:
        server = MockServer(service, options.port)
    except OSError as error:
        raise UsageError(f"can't listen on port {options.port}: {error.strerror}") from None
    print(f"{description.title or options.spec}: {server.url} ({len(description.operations)} operations)", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        print(*server.refused, sep="\n", file=sys.stderr)
    finally:
        server.close()
    return 0
