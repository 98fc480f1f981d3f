"""Where no namespace can be made, what 127.0.0.0/8 can hold runs there, and the rest is named and never a pass."""

import ipaddress
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_letsbe.checks.egress.addresses import DENIED
from pytest_letsbe.checks.egress.options import EgressOptions
from pytest_letsbe.checks.egress.vectors import load
from pytest_letsbe.checks.egress.world import loopback
from pytest_letsbe.model import Location, Spec

HERE = Path(__file__).parent
QUICK = (
    "liveness[absolute]",
    "liveness[connect]",
    "dns-pinning[rebinding]",
    "deny-private[loopback-range]",
    "deny-private[metadata]",
)


def alone(*argv, cwd=None):
    """Run Python where only loopback is there, and no namespace can be made."""
    command = [sys.executable, str(HERE / "alone.py"), sys.executable, *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd)


def outcomes(file, name, *parts):
    done = alone(str(HERE / "outcomes.py"), file, name, *parts)
    assert done.returncode == 0, done.stderr
    return {line.split(" ", 2)[1].rstrip(":"): line for line in done.stdout.splitlines() if "[" in line}


@pytest.mark.parametrize(("file", "name"), [("addressing.py", "Correct"), ("correct.py", "Threads")])
def test_a_correct_proxy_passes_what_runs_there_and_the_rest_is_named_and_not_evaluated(file, name):
    found = outcomes(file, name, *QUICK)
    assert not [line for line in found.values() if line.startswith("failed")]
    assert found["liveness[connect]"].startswith("passed")
    assert found["dns-pinning[rebinding]"].startswith("passed")
    assert "22 of 24 vectors held on 127.0.0.0/8" in found["deny-private[loopback-range]"]
    assert "loopback-range/this-network/absolute" in found["deny-private[loopback-range]"]
    assert found["deny-private[metadata]"].startswith("not_evaluated")


@pytest.mark.parametrize(
    ("file", "name", "case"),
    [
        ("naming.py", "EndsWith", "deny-unlisted[suffix-confusion]"),
        ("addressing.py", "OnlyFirstLoopback", "deny-private[dns-to-private]"),
        ("addressing.py", "ChecksThenAsksAgain", "dns-pinning[rebinding]"),
        ("addressing.py", "ChecksTheFirst", "dns-pinning[fallback-dial]"),
        ("hosts.py", "PrettyHost", "host-consistency[uri-against-host]"),
    ],
)
def test_a_faulty_proxy_is_caught_there_as_well(file, name, case):
    assert outcomes(file, name, case)[case].startswith("failed")


MANIFEST = """version: 1
package: egress-proxy
targets: {proxy: {%s}}
checks:
  egress: {target: proxy, require_tier: %d}
"""
LETSBE = ("-m", "pytest", "-p", "letsbe", "-p", "no:cacheprovider", "-q", "-rs", "-k", "liveness and absolute")


def test_a_manifest_that_requires_a_network_of_our_own_fails_there(tmp_path):
    (tmp_path / "letsbe.yaml").write_text(MANIFEST % ("reference: correct", 2))
    done = alone(*LETSBE, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "`require_tier: 2` asks for one" in done.stdout


def test_a_proxy_that_would_ask_the_resolver_of_the_machine_is_not_run_there(tmp_path):
    start = f'start: [{sys.executable}, -m, http.server, "{{port}}"], url: "http://127.0.0.1:{{port}}"'
    (tmp_path / "letsbe.yaml").write_text(MANIFEST % (start, 1))
    done = alone(*LETSBE, cwd=tmp_path)
    assert "give it `{dns}`" in done.stdout, done.stdout + done.stderr


def test_what_the_run_calls_public_is_denied_nowhere_and_all_else_of_loopback_is():
    blocks = [ipaddress.ip_network(block) for block in loopback.denied(DENIED)]
    is_denied = {
        address: any(ipaddress.ip_address(address) in block for block in blocks if block.version == 4)
        for address in ("127.0.0.1", "127.95.255.255", "127.97.0.10", "127.112.0.0", "127.255.255.254", "10.0.0.5")
    }
    assert [address for address, denied in is_denied.items() if not denied] == ["127.97.0.10"]


def test_the_suites_addresses_live_on_loopback_and_are_told_by_their_own_names():
    for address in ("52.1.0.10", "52.9.9.9", "52.3.0.10"):
        home = loopback.forward(address)
        assert home.startswith("127.")
        assert loopback.back(home) == address
    assert loopback.forward("2600:1f18::10") is None
    assert loopback.said(b"GET http://52.9.9.9/ HTTP/1.1") == b"GET http://127.105.9.9/ HTTP/1.1"


def numbers(text):
    """What stands in it that some reader takes for an address."""
    return re.findall(r"(?<![\w.%:-])(?:0[xX][0-9a-fA-F]+|\d+)(?:\.(?:0[xX][0-9a-fA-F]+|\d+))*(?![\w-]|\.\w)", text)


def addresses(host):
    """Of IPv6 in brackets that address, without its zone, or the IPv4 address inside."""
    six = re.match(r"\[([0-9a-f:.]*:[0-9a-f:.]*)(?:%[^\]]*)?\]", host)
    if six:
        address = ipaddress.IPv6Address(six[1])
        return [address.ipv4_mapped or address]
    return [read(number) for number in numbers(re.sub(r":\+?\w+$", "", host))]


def read(spelling):
    """As inet_aton reads it; and no spelling with an octal part, which others read as decimal."""
    parts = spelling.split(".")
    assert not any(re.fullmatch(r"0\d+", part) for part in parts), spelling
    values = [int(part, 0) for part in parts]
    last = values.pop()
    return ipaddress.ip_address(sum(value << 8 * (3 - place) for place, value in enumerate(values)) + last)


def test_no_vector_that_runs_there_names_an_address_of_another_machine():
    spec = Spec("egress", EgressOptions(), Path.cwd(), Location("letsbe.yaml"))
    seen = 0
    for vector in (vector for one in load(spec) for vector in one.vectors if vector.loopback):
        for step in (step for script in vector.scripts for step in script if "send" in step):
            sent = loopback.said(step["send"].encode("latin-1")).decode("latin-1")
            words = re.split(r"\s", sent.split("\r\n", 1)[0])[1:2]
            for target in words:
                host = re.sub(r"^\w*:?[/\\]*", "", target) if "://" in target else target
                host = re.split(r"[/?#]", host)[0]
                for address in addresses(host):
                    assert address.is_loopback or address.is_unspecified, (vector.id, address)
                    seen += 1
    assert seen > 20
