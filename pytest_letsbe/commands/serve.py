"""``letsbe serve ROLE``: an embedded reference over the protocol, on stdio or HTTP."""

from __future__ import annotations

import argparse
import sys

from .. import __version__
from ..model import UsageError
from ..reference import REFERENCES, make
from ..reference.serve import Served, serve_http, serve_stdio
from ..suggest import did_you_mean
from ..targets.pyhost import SIDE_BY_SIDE


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", metavar="ROLE", help=", ".join(REFERENCES))
    parser.add_argument("--variant", default="correct", help="which reference of that role (default: correct)")
    parser.add_argument(
        "--http", type=int, metavar="PORT", help="serve POST /<op> on this loopback port instead of stdio"
    )


def run(options: argparse.Namespace) -> int:
    if options.role not in REFERENCES:
        raise UsageError(f"no reference plays {options.role!r}{did_you_mean(options.role, REFERENCES)}")
    if options.variant not in REFERENCES[options.role]:
        variants = REFERENCES[options.role]
        raise UsageError(f"{options.role} has no variant {options.variant!r}{did_you_mean(options.variant, variants)}")
    name = f"letsbe-{options.role}-{options.variant}"
    served = Served(make(options.role, options.variant), name, __version__, side_by_side=options.role in SIDE_BY_SIDE)
    if options.http is not None:
        serve_http(served, options.http)
    else:
        serve_stdio(served, sys.stdin.buffer, sys.stdout.buffer)
    return 0
