"""The policy file: what is off is told with its place."""

from pathlib import Path

import pytest

from pytest_letsbe.checks.gating import policy
from pytest_letsbe.checks.gating.canonical import same
from pytest_letsbe.checks.gating.model import decide
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import UsageError

DEFAULT = data_dir("corpora") / "gating" / "policy" / "default.yaml"


@pytest.fixture
def edited(tmp_path):
    def edit(old: str, new: str) -> Path:
        path = tmp_path / "letsbe-gating.yaml"
        text = DEFAULT.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tier: exec", "tier: exek", "letsbe-gating.yaml:12:12: unknown tier 'exek' (did you mean 'exec'?)"),
        (
            "[allow, ask, ask, deny]",
            "[ask, allow, ask, deny]",
            "letsbe-gating.yaml:7:3: row 1 gets looser to the right",
        ),
        (
            "[ask, ask, deny, deny]",
            "[allow, allow, deny, deny]",
            "letsbe-gating.yaml:7:3: row 1 is stricter than the one above",
        ),
        ("limits:", "limit:", "unknown key 'limit' (did you mean 'limits'?)"),
        ("path: str,", "path: string,", "unknown type 'string'"),
        ('match: ["rm -rf /"]', "match: [rm -rf ./build]", "stands in `match` and in `not_match`"),
    ],
)
def test_a_mistake_is_told_with_its_place(edited, old, new, says):
    with pytest.raises(UsageError) as caught:
        policy.load(edited(old, new))
    assert says in str(caught.value)


def test_a_missing_policy_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="can't be read"):
        policy.load(tmp_path / "letsbe-gating.yaml")


def test_the_model_decides_by_the_matrix_and_denies_the_unknown():
    loaded = policy.load(DEFAULT)
    assert decide(loaded, 1, "fs.read", {"path": "/x"}) == "allow"
    assert decide(loaded, None, "fs.read", {"path": "/x"}) == "ask"
    assert decide(loaded, 2, "sh.run", {"cmd": "ls"}) == "ask"
    assert decide(loaded, 2, "sh.run", {"cmd": "reboot"}) == "deny"
    assert decide(loaded, 2, "fs.reads", {"path": "/x"}) == "deny"
    assert decide(loaded, 9, "fs.read", {"path": "/x"}) == "deny"
    assert decide(loaded, 2, "fs.read", {"path": 7}) == "deny"


def test_values_of_json_are_the_same_by_type_and_not_by_order():
    assert same({"a": 1, "b": [1, 2.0]}, {"b": [1.0, 2], "a": 1})
    assert not same({"a": 1}, {"a": True})
    assert not same({"a": 1}, {"a": "1"})
    assert not same([1, 2], [2, 1])
