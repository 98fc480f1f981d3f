"""A world of our own: every address is ours, and the corpus is as large as it says."""

import json
import sys
from pathlib import Path

import pytest

from pytest_letsbe.checks.egress.check import EgressCheck
from pytest_letsbe.checks.egress.options import EgressOptions
from pytest_letsbe.checks.egress.vectors import load
from pytest_letsbe.checks.egress.world.link import World
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Location, Spec

DIAL = """
import socket
for address in ("169.254.169.254", "10.0.0.5", "8.8.8.8", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"):
    with socket.create_connection((address, 80), 2) as s:
        s.sendall(b"GET /x HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        print(s.recv(400).split(b"X-Canary: ")[1].split()[0].decode())
print(open("/proc/net/dev").read().count(":"))
"""


@pytest.fixture
def world():
    made = World()
    yield made
    made.close()


def test_whoever_dials_any_address_meets_a_canary_and_there_is_no_interface_that_leads_out(world):
    done = world.ask("spawn", argv=[sys.executable, "-c", DIAL])
    assert done["stdout"].split() == [
        "169.254.169.254",
        "10.0.0.5",
        "8.8.8.8",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "1",
    ], done


def test_the_corpus_has_more_than_400_vectors():
    cases = EgressCheck().cases(Spec("egress", EgressOptions(), Path.cwd(), Location("letsbe.yaml")))
    attacks = [case.data[2] for case in cases if isinstance(case.data, tuple) and hasattr(case.data[1], "vectors")]
    assert len({vector.id for vectors in attacks for vector in vectors}) >= 400


def test_every_vector_that_is_counted_was_seen_to_fail_and_every_record_belongs_to_a_vector():
    spec = Spec("egress", EgressOptions(), Path.cwd(), Location("letsbe.yaml"))
    known = {vector.id for one in load(spec) for vector in one.vectors}
    record = json.loads((data_dir("corpora") / "egress" / "proven.json").read_text())
    proven = [one for ids in record.values() for one in ids]
    assert set(proven) <= known
    assert len(proven) == len(set(proven))
    assert len(proven) >= 800


def test_every_class_of_vectors_was_seen_to_fail():
    spec = Spec("egress", EgressOptions(), Path.cwd(), Location("letsbe.yaml"))
    record = json.loads((data_dir("corpora") / "egress" / "proven.json").read_text())
    proven = {one for ids in record.values() for one in ids}
    assert [one.id for one in load(spec) if not any(vector.id in proven for vector in one.vectors)] == []
