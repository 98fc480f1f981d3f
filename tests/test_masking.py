"""A secret is spoken of, never said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_letsbe.checks.redaction.corpus import named
from pytest_letsbe.checks.redaction.oracle import find_leak
from pytest_letsbe.checks.redaction.samples import combinations, make
from pytest_letsbe.masking import describe, excerpt, fingerprint, mask_runs, quoting

SECRET = st.text(
    alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/%", min_size=8, max_size=80
)


@given(SECRET)
def test_a_description_shows_at_most_four_characters_and_a_quarter(secret):
    shown = describe("kind", secret).split(" ")[1].rstrip("…")
    assert secret.startswith(shown)
    assert len(shown) <= min(4, len(secret) // 4)


@given(SECRET)
def test_an_excerpt_never_holds_a_word_that_is_not_known(secret):
    text = f"one two {secret} three"
    assert secret not in excerpt(text, "one two three")
    assert "one two" in excerpt(text, "one two three")


@given(SECRET.filter(lambda s: len(s) >= 12))
def test_a_long_run_in_an_unknown_text_is_cut(secret):
    assert secret not in mask_runs(f"error: {secret} is bad")


def test_an_excerpt_of_a_long_text_shows_what_is_around_the_unknown_word():
    shown = excerpt("known " * 500 + "sesame42 " + "known " * 500, "known")
    assert "se…(8)" in shown
    assert len(shown) < 200


def test_an_excerpt_is_one_line():
    assert excerpt("a\nb\r\nc", "a b c") == "a\\nb\\r\\nc"


def test_fingerprints_tell_secrets_apart():
    assert fingerprint("a") != fingerprint("b")
    assert len(fingerprint("a")) == 8


def test_what_a_target_repeats_of_a_text_is_cut_and_its_own_words_are_shown():
    said = quoting("ValueError: can't read 'dolefabu nirosemo' here", "my phrase is dolefabu nirosemo today")
    assert said == "ValueError: can't read 'do…(8) ni…(8)' here"


def test_characters_written_as_html_references_are_one_word():
    decimal = "".join(f"&#{ord(letter)};" for letter in "OPENSESAME42OPENSESAME")
    shown = excerpt(f'key: "{decimal}"', "key:")
    assert "&#79;&#80;" not in shown
    assert shown.startswith('key: "&#79…(')


def test_what_a_failure_shows_of_any_sample_holds_nothing_of_its_secret():
    corpus = named(("secrets", "pii"))
    shown = {
        one.id: make(one, 0) for one in combinations(corpus) if one.kind.id != "passport-mrz"
    }  # rows of `<` remain
    leaks = {name: leak for name, one in shown.items() if (leak := find_leak(one.excerpt(one.text), one.secret))}
    assert len(shown) > 2000
    assert leaks == {}


@pytest.mark.parametrize(
    "line",
    [
        "Error: Cannot find module '/srv/app/letsbe/redactor.mjs'",
        "    at Module._load (node:internal/modules/cjs/loader:1207:15)",
        "  code: 'MODULE_NOT_FOUND',",
        "UnhandledPromiseRejection: nothing was caught",
    ],
)
def test_the_paths_and_names_of_a_stack_trace_stay_readable(line):
    assert quoting(line, "the secret is sesame42") == line


@pytest.mark.parametrize(
    "word", ["/srv/app/Zq8xK2mP9vT4nL7w", "abcdefghijklmnop", "hK9/pL2x+Qw8Rt5Y", "postgres//x:hunter2hunter2"]
)
def test_a_long_word_that_may_be_a_token_is_cut_wherever_it_stands(word):
    assert word not in quoting(f"failed with {word}", "")
