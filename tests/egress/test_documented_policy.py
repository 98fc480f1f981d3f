"""The policy file that the docs show is one that loads."""

import json
import re
from pathlib import Path

from pytest_letsbe.checks.egress import policy, render
from pytest_letsbe.model import Location

DOCS = Path(__file__).parents[2] / "docs" / "egress.md"


def test_the_policy_of_the_docs_loads_and_is_rendered_whole(tmp_path):
    [shown] = re.findall(r"## The policy file\n\n```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    file = tmp_path / "egress-policy.yaml"
    file.write_text(shown)
    rendered = json.loads(
        render.Renderer(None, Location("letsbe.yaml")).render(policy.load(file, shown_as="egress-policy.yaml"))
    )
    assert rendered["allow"][0] == {
        "host": "api.example.com", "suffix": None, "ports": [80, 443], "schemes": ["http", "https"], "methods": [],
    }  # fmt: skip
    assert rendered["tenants"]["acme"]["allow"][0]["host"] == "acme.example.net"
    assert "10.0.0.0/8" in rendered["deny_addresses"]
