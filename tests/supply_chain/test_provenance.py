"""Provenance as different builders write it, and as a forger would."""

from __future__ import annotations

import pytest

from pytest_letsbe.checks.supply_chain import provenance
from pytest_letsbe.checks.supply_chain.options import Provenance

SOURCE, COMMIT, BUILDER = "https://git.example.test/letsbe/hub", "c" * 40, "https://ci.example.test/builder"
ALLOWED = Provenance(builders=["https://ci.example.test/*"], source=SOURCE)


def said(predicate, allowed=ALLOWED, revision=COMMIT):
    return list(provenance.problems(provenance.read(predicate), allowed, frozenset({revision})))


def v1(dependencies, outer=None, builder=BUILDER):
    definition = {"externalParameters": outer or {}, "resolvedDependencies": dependencies}
    return {"buildDefinition": definition, "runDetails": {"builder": {"id": builder}}}


def git(uri, commit=COMMIT, key="gitCommit"):
    return {"uri": uri, "digest": {key: commit}}


MAIN = git(f"git+{SOURCE}@refs/heads/main")


@pytest.mark.parametrize(
    "predicate",
    [
        v1([MAIN]),
        v1([MAIN, git("git+https://other.example.test/lib@refs/heads/dev", "d" * 40)]),
        v1([MAIN], {"workflow": {"repository": SOURCE, "ref": "refs/tags/hub/v1.2.3", "path": "x.yml"}}),
        v1([], {"configSource": {"uri": f"{SOURCE}.git#refs/heads/main", "digest": {"sha1": COMMIT}}}),
        {
            "builder": {"id": BUILDER},
            "invocation": {"configSource": git(f"git+{SOURCE}@refs/heads/main", key="sha1")},
            "materials": [{"uri": "pkg:docker/node@22", "digest": {"sha256": "0" * 64}}],
        },
    ],
)
def test_builders_write_the_same_in_different_ways(predicate):
    assert said(predicate) == []


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (v1([MAIN], builder="https://ci.example.org/x"), "builder"),
        (v1([]), "nowhere"),
        (v1([git("git+https://git.example.test/mallory/hub", COMMIT)]), "mallory"),
        (v1([MAIN], {"workflow": {"repository": "https://git.example.test/mallory/hub"}}), "mallory"),
        (
            v1([git(f"git+{SOURCE}", "d" * 40), git("git+https://git.example.test/mallory/hub", COMMIT)]),
            "revision label",
        ),
        (v1([git(f"git+{SOURCE}@refs/heads/mainx")]), "refs/heads/mainx"),
        (v1([{"uri": f"git+{SOURCE}@refs/heads/main"}]), "names no commit"),
        ("text", "builder"),
        ({"buildDefinition": [], "runDetails": {"builder": 7}}, "builder"),
    ],
)
def test_what_a_forger_changes_is_told(predicate, words):
    assert words in "\n".join(said(predicate))


def test_a_manifest_that_allows_no_builder_is_told():
    assert "names no builder" in said(v1([MAIN]), Provenance(source=SOURCE))[0]


def test_a_workflow_must_be_stated_when_the_manifest_names_one():
    allowed = Provenance(builders=[BUILDER], source=SOURCE, workflows=["main.yml"])
    assert "workflow (none)" in said(v1([MAIN]), allowed)[0]
