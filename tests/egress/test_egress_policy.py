"""A policy file is read strictly, and written as the proxy under test reads it."""

import json

import pytest

from pytest_letsbe.checks.egress import policy as policies
from pytest_letsbe.checks.egress.render import Renderer
from pytest_letsbe.model import Location, UsageError


def load(tmp_path, text):
    path = tmp_path / "egress-policy.yaml"
    path.write_text(text)
    return policies.load(path, shown_as="egress-policy.yaml")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("- a\n", "egress-policy.yaml:1", "mapping"),
        ("version: 1\nalow: []\n", "egress-policy.yaml:2", "allow"),
        ("version: 2\n", "egress-policy.yaml:1", "version"),
        ("version: 1\nallow:\n  - {host: a.example, suffix: b.example}\n", "egress-policy.yaml:3", "either"),
        ("version: 1\nallow:\n  - {ports: [80]}\n", "egress-policy.yaml:3", "either"),
        ("version: 1\nallow:\n  - {suffix: '*.b.example'}\n", "egress-policy.yaml:3", "suffix: b.example"),
        ("version: 1\nallow:\n  - {host: 10.0.0.1}\n", "egress-policy.yaml:3", "addresses"),
        ("version: 1\nallow:\n  - {host: Straße.example}\n", "egress-policy.yaml:3", "no host name"),
        ("version: 1\nallow:\n  - {host: x.letsbe-world.example}\n", "egress-policy.yaml:3", "belongs to the suite"),
        ("version: 1\nallow:\n  - {host: a.example, ports: [70000]}\n", "egress-policy.yaml:3", "65535"),
        ("version: 1\nallow:\n  - {host: a.example, ports: []}\n", "egress-policy.yaml:3", "allows nothing"),
        ("version: 1\ntenants:\n  acme: {token: short}\n", "egress-policy.yaml:2", "8"),
    ],
)
def test_a_mistake_in_the_policy_is_named_with_its_line_and_its_mend(tmp_path, text, where, what):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, text)
    assert str(raised.value.location).startswith(where)
    assert what in str(raised.value)


def test_the_policy_is_rendered_as_json_with_every_default_and_the_addresses_that_are_shut(tmp_path):
    policy = load(tmp_path, "version: 1\nallow:\n  - {host: a.example}\n")
    told = json.loads(Renderer(None, Location("letsbe.yaml")).render(policy))
    assert told["allow"][0]["ports"] == [80, 443]
    assert told["allow"][0]["suffix"] is None
    assert "169.254.0.0/16" in told["deny_addresses"]


def test_a_template_of_the_user_writes_the_policy_in_the_language_of_the_proxy(tmp_path):
    policy = load(tmp_path, "version: 1\nallow:\n  - {host: a.example}\n  - {suffix: b.example}\n")
    template = tmp_path / "squid.conf.j2"
    template.write_text(
        "dns {{ dns }}\n{% for rule in allow %}\nacl {{ rule.host or '.' + rule.suffix }}\n{% endfor %}\n"
    )
    renderer = Renderer(template, Location("letsbe.yaml"))
    assert renderer.suffix == ".conf"
    assert renderer.render(policy, dns="127.0.0.53:53") == "dns 127.0.0.53:53\nacl a.example\nacl .b.example\n"


@pytest.mark.parametrize(("text", "line"), [("a\n{% if %}", 2), ("{{ no_such_word }}", 1)])
def test_a_template_that_fails_names_its_file_and_line(tmp_path, text, line):
    template = tmp_path / "squid.conf.j2"
    template.write_text(text)
    with pytest.raises(UsageError) as raised:
        Renderer(template, Location("letsbe.yaml")).render(load(tmp_path, "version: 1\n"))
    assert str(raised.value.location) == f"{template}:{line}"
