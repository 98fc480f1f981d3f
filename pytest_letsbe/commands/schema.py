"""``letsbe schema``: the manifest's JSON Schema, for editors."""

from __future__ import annotations

import argparse
import json

from ..checks import Checks
from ..manifest import json_schema


def configure(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults()


def run(options: argparse.Namespace) -> int:
    print(json.dumps(json_schema(Checks()), indent=2))
    return 0
