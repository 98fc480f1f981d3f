"""A secret is spoken of, never said."""

from hypothesis import given
from hypothesis import strategies as st

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
