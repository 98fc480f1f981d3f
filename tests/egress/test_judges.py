"""Judges look at what canaries and DNS saw; here they look at what a test wrote down."""

import base64

import pytest

from pytest_letsbe.checks.egress import probe
from pytest_letsbe.checks.egress.addresses import kind_of
from pytest_letsbe.checks.egress.framing import ambiguities
from pytest_letsbe.checks.egress.judges import judged
from pytest_letsbe.checks.egress.model import Sight, Vector

PROXY = 9000


def sight(*events, received=b"", sports=()):
    run = {
        "received": base64.b64encode(received).decode(), "statuses": [], "ended": "", "sports": list(sports), "certificate": False,
    }  # fmt: skip
    return Sight.of({"runs": [run], "events": list(events)}, PROXY)


def met(dst, data, port=80, conn=1):
    opened = {"kind": "open", "conn": conn, "dst": dst, "port": port, "sport": 40000, "src": "127.0.0.1"}
    return [opened, {"kind": "bytes", "conn": conn, "dst": dst, "port": port, "data": base64.b64encode(data).decode()}]


def leaks(one, *judges, mode="allow", **vector):
    return [leak.what for leak in judged(Vector("v", [], **vector), one, mode, judges)]


def request(host=probe.ALLOWED, more=""):
    return f"GET / HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


def test_what_reaches_an_allowed_site_at_its_port_is_no_leak():
    one = sight(*met(probe.ALLOWED_AT, request()))
    assert not leaks(one, "host", "framing", "headers", "address", "dns")


@pytest.mark.parametrize("dst", ["10.0.0.5", "169.254.169.254", "::1", probe.EVIL_AT])
def test_bytes_at_any_other_address_are_a_leak(dst):
    assert leaks(sight(*met(dst, b"x")))


def test_another_port_of_an_allowed_site_is_a_leak():
    assert leaks(sight(*met(probe.ALLOWED_AT, b"x", port=22)))


def test_an_attempt_that_nobody_answered_is_a_leak_too():
    assert leaks(sight({"kind": "syn", "dst": "10.1.2.3", "port": 4444, "sport": 41000, "src": "127.0.0.1"}))


def test_the_clients_own_way_to_the_proxy_and_the_resolver_are_none():
    to_proxy = {"kind": "syn", "dst": "127.0.0.1", "port": PROXY, "sport": 5000, "src": "127.0.0.1"}
    to_dns = {"kind": "udp", "dst": "127.0.0.53", "port": 53, "sport": 5001, "src": "127.0.0.1"}
    assert not leaks(sight(to_proxy, to_dns, sports=[5000]))


def test_a_proxy_that_dials_itself_is_caught():
    itself = {"kind": "syn", "dst": "127.0.0.1", "port": PROXY, "sport": 6000, "src": "127.0.0.1"}
    assert leaks(sight(itself, sports=[5000]))


def test_a_public_address_is_open_in_deny_mode_and_a_private_one_is_not():
    assert not leaks(sight(*met("8.8.8.8", b"x")), mode="deny")
    assert leaks(sight(*met("10.0.0.5", b"x")), mode="deny")


def test_a_name_that_is_not_allowed_is_not_to_be_asked_for_in_dns():
    asked = {"kind": "dns", "name": f"secret-0123.{probe.EVIL}", "qtype": "A", "way": "udp"}
    assert leaks(sight(asked), "dns")
    assert not leaks(sight({**asked, "name": probe.ALLOWED}), "dns")


def test_another_host_or_two_of_them_at_an_allowed_site_are_seen():
    assert leaks(sight(*met(probe.ALLOWED_AT, request(probe.EVIL))), "host")
    assert leaks(sight(*met(probe.ALLOWED_AT, request(more=f"Host: {probe.ALLOWED}\r\n"))), "host")
    assert not leaks(sight(*met(probe.ALLOWED_AT, request(f"{probe.ALLOWED.upper()}:80"))), "host")


@pytest.mark.parametrize(
    "more",
    [
        "Proxy-Authorization: Basic eDp5\r\n",
        "Keep-Alive: timeout=5\r\n",
        "X-Forwarded-For: 1.2.3.4\r\n",
        "TE: gzip\r\n",
    ],
)
def test_fields_that_are_for_the_proxy_are_seen_behind_it(more):
    assert leaks(sight(*met(probe.ALLOWED_AT, request(more=more))), "headers")


def test_trailers_may_be_asked_for():
    assert not leaks(sight(*met(probe.ALLOWED_AT, request(more="TE: trailers\r\n"))), "headers")


def test_a_credential_that_comes_back_in_a_refusal_is_seen():
    assert leaks(sight(received=b"403: token-4711 is wrong"), "echo", secrets=("token-4711",))


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\nContent-Length: 3\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\nabc",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
    ],
)
def test_what_two_parsers_could_read_in_two_ways_is_found(data):
    assert ambiguities(data)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
        b"SSH-2.0-x\r\n",
    ],
)
def test_what_can_be_read_in_one_way_only_is_left_alone(data):
    assert not ambiguities(data)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.9.9.9", "loopback"), ("0.1.2.3", "unspecified"), ("100.100.100.200", "cgnat"), ("168.63.129.16", "metadata"),
        ("64:ff9b::a9fe:a9fe", "transition"), ("::ffff:10.0.0.5", "transition"), ("2600::5efe:a00:5", "transition"),
        ("fd00:ec2::254", "unique-local"), ("52.1.0.10", None), ("2600:1f18::10", None),
    ],
)  # fmt: skip
def test_every_address_that_is_not_public_has_a_class(address, kind):
    assert kind_of(address) == kind
