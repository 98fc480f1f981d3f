"""``letsbe serve ROLE``: an embedded reference over the protocol, on stdio or HTTP; `api` is a server by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import __version__
from ..model import UsageError
from ..reference import REFERENCES, make
from ..reference.serve import Served, serve_http, serve_stdio
from ..suggest import did_you_mean
from ..targets.pyhost import SIDE_BY_SIDE
from .ports import port


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", metavar="ROLE", help=", ".join([*REFERENCES, "proxy", "api"]))
    parser.add_argument("--variant", default="correct", help="which reference of that role (default: correct)")
    parser.add_argument(
        "--http", type=port, metavar="PORT", help="serve POST /<op> on this loopback port instead of stdio"
    )
    server = parser.add_argument_group("proxy, api: a server on a loopback port")
    server.add_argument("--port", type=port, help="where it listens")
    server.add_argument("--policy", metavar="FILE", help="proxy: the policy as JSON")
    server.add_argument("--dns", metavar="HOST:PORT", help="proxy: its resolver")
    server.add_argument("--ca", metavar="FILE", help="proxy: PEM with the certificate and key it terminates TLS with")
    server.add_argument("--state", metavar="DIR", help="proxy: folder for its audit")
    server.add_argument("--spec", type=Path, help="api: its OpenAPI description (default: the Hub's)")


def run(options: argparse.Namespace) -> int:
    if options.role in ("proxy", "api") and options.http is not None:
        raise UsageError(f"{options.role} is a server by itself: give it --port instead of --http")
    if options.role == "proxy":
        return _serve_proxy(options)
    if options.role == "api":
        return _serve_api(options)
    if options.role not in REFERENCES:
        raise UsageError(f"no reference plays {options.role!r}{did_you_mean(options.role, REFERENCES)}")
    if options.variant not in REFERENCES[options.role]:
        variants = REFERENCES[options.role]
        raise UsageError(f"{options.role} has no variant {options.variant!r}{did_you_mean(options.variant, variants)}")
    if options.port is not None:
        raise UsageError(f"{options.role} speaks the protocol: --http PORT serves it on a port, without it on stdio")
    name = f"letsbe-{options.role}-{options.variant}"
    served = Served(make(options.role, options.variant), name, __version__, side_by_side=options.role in SIDE_BY_SIDE)
    if options.http is not None:
        serve_http(served, options.http)
    else:
        serve_stdio(served, sys.stdin.buffer, sys.stdout.buffer)
    return 0


def _serve_api(options: argparse.Namespace) -> int:
    from ..reference.api import serve_api

    if options.variant != "correct":
        raise UsageError(f"api has no variant {options.variant!r}; it has `correct`")
    if options.port is None:
        raise UsageError("api is a server: give it --port")
    serve_api(options.port, options.spec)
    return 0


def _serve_proxy(options: argparse.Namespace) -> int:
    if options.port is None or options.policy is None or options.dns is None:
        raise UsageError("`letsbe serve proxy` needs --port, --policy and --dns")
    import asyncio

    from ..reference.proxy import ReferenceProxy

    asyncio.run(ReferenceProxy(options.policy, options.dns, options.ca, options.state).serve(options.port))
    return 0
