"""YAML is read as people mean it, and every mistake has its place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_letsbe.model import UsageError
from pytest_letsbe.strict_yaml import loads


def data(text):
    return loads(text, shown_as="x.yaml").data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("12:30:00", "12:30:00"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ("~", None),
        ("", None),
        ("2027-01-31", date(2027, 1, 31)),
        ('"2027-01-31"', "2027-01-31"),
        (".inf", ".inf"),
        ("NaN", "NaN"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    got = data(f"a: {text}")["a"]
    assert got == value
    assert type(got) is type(value)


def test_keys_stay_text():
    assert data("{on: 1, 12: 2, true: 3}") == {"on": 1, "12": 2, "true": 3}


def test_places_are_one_based_and_a_key_speaks_for_its_value():
    document = loads("a:\n  - x\n  - b:\n      c: 1\n", shown_as="x.yaml")
    assert str(document.at("a")) == "x.yaml:1:1"
    assert str(document.at("a", 1, "b", "c")) == "x.yaml:4:7"
    assert str(document.at("a", 1, "nowhere")) == "x.yaml:3:5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3:1: key 'a' stands twice: first at line 1"),
        ("a:\n  <<: {b: 1}", "x.yaml:2:3: merge keys (<<) aren't read here"),
        ("a: !!python/object:os.system x", "x.yaml:1:4: tag"),
        ("a: !mine x", "x.yaml:1:4: tag '!mine' isn't read here"),
        ("&a [*a]", "x.yaml:1:1: holds an alias to itself"),
        ("a: [1", "x.yaml:2:1: isn't valid YAML"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: isn't valid YAML"),
        ("? [a]\n: 1", "a key must be plain text"),
        ("a: 2027-02-31", "2027-02-31 is no date of the calendar"),
        ("a: \x00", "isn't valid YAML"),
        ("[" * 100_000, "is nested deeper than 64 levels"),
        ("- " * 10_000, "is nested deeper than 64 levels"),
        ("".join(" " * n + "a:\n" for n in range(200)), "is nested deeper than 64 levels"),
    ],
)
def test_what_is_not_one_clear_document_is_refused(text, message):
    with pytest.raises(UsageError) as caught:
        data(text)
    assert message in str(caught.value)


def test_an_alias_bomb_is_refused():
    levels = ["a0: &a0 [" + ", ".join("x" * 9) + "]"]
    levels += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 9)]
    with pytest.raises(UsageError, match="alias bomb"):
        data("\n".join(levels))


def test_bytes_that_are_no_utf_8_name_their_line():
    with pytest.raises(UsageError, match=r"x\.yaml:2: isn't UTF-8"):
        loads(b"a: 1\nb: \xff\n", shown_as="x.yaml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        data(text)
    except UsageError as error:
        assert str(error).startswith("x.yaml:")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    try:
        loads(raw, shown_as="x.yaml")
    except UsageError as error:
        assert str(error).startswith("x.yaml:")
