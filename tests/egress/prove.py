"""Writes ``corpora/egress/proven.json``: for each vector the faulty proxy that it was seen to fail on.

``python -m tests.egress.prove``: some minutes. A vector without a record proves nothing and isn't counted.
"""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

from pytest_letsbe.checks.egress.check import EgressCheck
from pytest_letsbe.checks.egress.invariants.attacks import violations
from pytest_letsbe.checks.egress.options import EgressOptions
from pytest_letsbe.checks.egress.vectors import load
from pytest_letsbe.checks.egress.world.link import NoWorld
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import LetsbeError, Location, Spec

HERE = Path(__file__).parent
#: The leakiest first: the others meet only what is left of the classes named.
PROXIES = (
    (HERE / "raw.py", "Raw", ()),
    ("framings.py", "GluesRequests", ("no-smuggling",)),
    ("framings.py", "PassesChunks", ("no-smuggling",)),
    ("framings.py", "PassesUpgrades", ("no-smuggling",)),
    ("framings.py", "LooseRequestLine", ("no-smuggling",)),
    ("naming.py", "GoesOnAfterRefusal", ("no-smuggling", "deny-unlisted")),
    ("naming.py", "JudgesTheFirst", ("deny-unlisted",)),
    ("naming.py", "SpeaksHttp2", ("deny-unlisted",)),
    ("naming.py", "FollowsRedirects", ("deny-unlisted",)),
    ("naming.py", "AllowsEverything", ("deny-unlisted", "host-consistency")),
    ("naming.py", "ResolvesFirst", ("deny-unlisted",)),
    ("naming.py", "AnyMethod", ("deny-unlisted",)),
    ("naming.py", "AnyMethodInside", ("deny-unlisted",)),
    ("naming.py", "LooseForms", ("deny-unlisted",)),
    ("naming.py", "LooseConnect", ("deny-unlisted",)),
    ("hosts.py", "TrustsSni", ("host-consistency",)),
    ("hosts.py", "AnySni", ("host-consistency",)),
    ("hosts.py", "AnyInnerHost", ("host-consistency",)),
    ("hosts.py", "TrustsAnyCertificate", ("host-consistency",)),
    ("hosts.py", "EchoesTheRequest", ("no-header-leak",)),
    ("hosts.py", "AnswersTrace", ("no-header-leak",)),
    ("hosts.py", "ForwardedFor", ("no-header-leak",)),
    ("addressing.py", "ChecksThenAsksAgain", ("dns-pinning",)),
    ("addressing.py", "RemembersForever", ("dns-pinning",)),
    ("addressing.py", "ChecksTheFirst", ("dns-pinning",)),
    ("addressing.py", "NoAddressRules", ("deny-private", "dns-pinning")),
    ("addressing.py", "ReadsLikeInetAton", ("deny-private",)),
    ("addressing.py", "StripsZones", ("deny-private",)),
    ("addressing.py", "DialsAnyOfThem", ("dns-pinning",)),
    ("naming.py", "EndsAtSeparators", ("deny-unlisted",)),
    ("naming.py", "ObeysSteeringFields", ("deny-unlisted",)),
    ("naming.py", "TrimsLeadingDots", ("deny-unlisted",)),
    ("hosts.py", "JoinsFoldedHost", ("host-consistency",)),
    ("framings.py", "LineFeedChunks", ("no-smuggling",)),
    ("framings.py", "DecodesTargets", ("no-smuggling",)),
)


def main():
    spec = Spec("egress", EgressOptions(), Path.cwd(), Location("letsbe.yaml"))
    classes = load(spec)
    left = {vector.id for one in classes for vector in one.vectors}
    place = data_dir("corpora") / "egress" / "proven.json"
    known = json.loads(place.read_text()) if place.is_file() and "--afresh" not in sys.argv else {}
    proven = defaultdict(set, {name: set(ids) & left for name, ids in known.items()})
    left -= set().union(*proven.values())
    for file, name, invariants in PROXIES:
        if sys.argv[1:] and name not in sys.argv[1:] and "--afresh" not in sys.argv:
            continue
        check = EgressCheck()
        path = data_dir("mutants") / "egress" / file
        target = check.open(check.subject_target(path, name), spec, None)
        started = time.monotonic()
        try:
            for one in classes:
                todo = tuple(vector for vector in one.vectors if vector.id in left)
                if not todo or (invariants and one.invariant not in invariants):
                    continue
                try:
                    failed = {v.sample for mode in one.modes for v in violations(one, todo, mode, target)}
                except (NoWorld, LetsbeError) as why:
                    print(name, one.id, why, flush=True)
                    target.close()
                    continue
                proven[name] |= failed & left
                left -= failed
        finally:
            target.close()
        place.write_text(json.dumps({key: sorted(ids) for key, ids in sorted(proven.items()) if ids}, indent=1) + "\n")
        print(f"{name}: {len(proven[name])} proven, {len(left)} left, {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
