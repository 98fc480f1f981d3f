"""The corpus of command lines: every vector does what it hides, every look-alike doesn't."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_letsbe import corpora
from pytest_letsbe.checks.gating.shell import corpus
from pytest_letsbe.checks.gating.shell.render import SENTINEL
from pytest_letsbe.checks.gating.shell.vectors import Vector
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import Case, Location, UsageError

SHIPPED = corpus.shipped()
CLASSES = {
    "chaining", "substitution", "quoting", "encodings", "option-abuse", "environment", "wrappers", "files", "unicode",
    "heredoc", "git", "archives",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_every_vector_of_the_class_has_its_effect(kind):
    unverified = proven_or_missing([v for v in SHIPPED.vectors if v.kind == kind])
    print(f"{kind}: unverified here {unverified}")
    assert len(unverified) <= 4


def test_no_lookalike_has_the_effect():
    assert len(SHIPPED.lookalikes) >= 30
    assert len(proven_or_missing(SHIPPED.lookalikes)) <= 4


def proven_or_missing(items):
    """Prove all of them; the ones that nothing is proven of here, each with what is missing."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        lacking = list(pool.map(corpus.prove, items))
    return {item.id: lack for item, lack in zip(items, lacking, strict=True) if lack}


def test_every_class_is_there_and_large():
    counts = Counter(vector.kind for vector in SHIPPED.vectors)
    assert set(counts) == CLASSES
    assert min(counts.values()) >= 15
    assert sum(counts.values()) >= 300


def test_no_two_vectors_are_the_same():
    seen = Counter((vector.command, vector.setup) for vector in SHIPPED.vectors)
    assert [command for command, times in seen.items() if times > 1] == []


def test_no_vector_is_its_plain_form():
    assert [v.name for v in SHIPPED.vectors if v.command == v.plain_command] == []


def row(**changes):
    data = {"id": "x", "what": "w", "command": "ls; «plain»", "plain": "exec", "source": "s", **changes}
    return Case("gating", "vectors", "x", data=corpora.Row("mine", "vectors", data, Location("mine.yaml", 7)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"command": "echo «plain»"}, "mine.yaml:7: x has no effect here: 'echo touch letsbe-hit' ended with 0"),
        ({"comand": "ls"}, "mine.yaml:7: unknown key 'comand'"),
        ({"command": "ls; «plian»"}, "«plian» is neither «sentinel» nor «plain»"),
        ({"command": "«plain|base46» | sh"}, "no filter 'base46'"),
        ({"command": "ls"}, "neither command nor setup holds «sentinel» or «plain»"),
        ({"plain": "delete"}, "mine.yaml:7: invalid enum value 'delete'"),
        ({"id": "a/b"}, "id 'a/b': lower-case letters"),
    ],
)
def test_a_row_that_is_off_is_named_with_its_place(changes, says):
    with pytest.raises(UsageError) as error:
        corpus.validate(row(**changes))
    assert says in str(error.value)


def test_a_missing_program_leaves_a_vector_unverified():
    vector = Vector("x", "c", "w", "no-such-program", "exec", "s", "", ("no-such-program",), False, Location("f"))
    assert corpus.prove(vector) == "no-such-program"


def test_a_setup_that_has_the_effect_itself_is_no_proof():
    with pytest.raises(ValueError, match="has the effect already"):
        corpus.validate(row(setup="touch «sentinel»"))


def test_what_is_shipped_names_the_sentinel_by_its_hole_only():
    for path in (data_dir("corpora") / "gating").glob("*.yaml"):
        if path.stem != "lookalikes":
            assert SENTINEL not in path.read_text(encoding="utf-8"), path
