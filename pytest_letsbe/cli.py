"""``letsbe``: the verbs, each loaded when it is called. No pytest in here."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from . import __version__
from .model import UsageError
from .suggest import did_you_mean

#: verb -> its line in --help. The module of the same name in ``commands`` does it.
VERBS = {
    "init": "write a letsbe.yaml for this package",
    "list": "list checks and their invariants, each with its statement",
    "show": "show a case: its statement, its corpus row, what is sent",
    "schema": "print the JSON Schema of letsbe.yaml",
    "serve": "serve an embedded reference over the protocol",
    "mock": "serve a mock made from an OpenAPI description",
    "selfcheck": "run the mutants against the suite and print the kill matrix",
    "scan": "find banned references and plaintext secrets in files or a whole repo",
    "diff": "compare two OpenAPI documents: what breaks, with a witness",
    "gate": "replay a gating script on any gate",
    "metrics": "keep reports and pull requests in a store, and write the week's page",
    "merge": "merge reports of shards and packages: the gate in CI",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 2 for a usage error, else the verb's own."""
    parser = argparse.ArgumentParser(prog="letsbe", description="Security and contract checks for LetsBe packages.")
    parser.add_argument("--version", action="version", version=f"letsbe {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    arguments = list(sys.argv[1:] if argv is None else argv)
    for verb, line in VERBS.items():
        child = verbs.add_parser(verb, help=line, description=line[0].upper() + line[1:] + ".")
        if verb in arguments[:1]:  # only the verb that is called is loaded
            import_module(f".commands.{verb}", __package__).configure(child)
    if arguments and not arguments[0].startswith("-") and arguments[0] not in VERBS:
        parser.error(f"no verb is called {arguments[0]!r}{did_you_mean(arguments[0], VERBS)}")
    options = parser.parse_args(arguments)
    try:
        return int(import_module(f".commands.{options.verb}", __package__).run(options))
    except UsageError as error:
        print(f"letsbe: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `letsbe list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a folder that isn't there, a full disk, a port in use
        if error.errno is None:
            raise
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        print(f"letsbe: {where}{os.strerror(error.errno)}", file=sys.stderr)
        if error.errno == errno.ENOSPC:  # what standard output still holds would fail once more at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
