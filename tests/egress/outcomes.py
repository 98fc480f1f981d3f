"""What the check says of one proxy: ``python -m tests.egress.outcomes FILE CLASS PART...``, one ``outcome id: why`` a line."""

import sys
from pathlib import Path

from pytest_letsbe.checks.egress.check import EgressCheck
from pytest_letsbe.checks.egress.options import EgressOptions
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.runner import Runner


def main(file, name, *parts):
    check = EgressCheck()
    spec = Spec("egress", EgressOptions(modes=["allow"]), Path.cwd(), Location("letsbe.yaml"))
    path = data_dir("mutants") / "egress" / file
    cases = check.cases(spec)
    runner = Runner(check, cases, check.open(check.subject_target(path, name), spec, None))
    try:
        for case in cases:
            if any(part in f"{case.invariant}[{case.name}]" for part in parts):
                end = runner.end_of(case)
                print(end.outcome, f"{case.invariant}[{case.name}]:", end.error or "", flush=True)
    finally:
        runner.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
