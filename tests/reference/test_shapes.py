"""Secrets that tell themselves: vendors' tokens, framed keys, numbers with check digits."""

import json

import pytest

from pytest_letsbe.reference.redactor import ReferenceRedactor
from pytest_letsbe.reference.redactor.personal import luhn

from .made import GITHUB, PEM, PEM_LINES, run_of

redactor = ReferenceRedactor()


def redact(text):
    return redactor.redact(text)["text"]


def test_a_token_goes_wherever_it_stands_alone():
    for before, after in (
        (" ", " "),
        ("(", ")"),
        ("", ""),
        ('"', '"'),
        ("=", ";"),
        ("/", "/"),
        ("\n", "\r\n"),
        ("a: ", "."),
    ):
        assert redact(f"{before}{GITHUB}{after}") == f"{before}REDACTED-github-token{after}"


@pytest.mark.parametrize("text", ["x" + GITHUB, GITHUB[:30], "gh" + "p_ is the prefix", "task-" + run_of(40)])
def test_a_prefix_inside_a_word_or_without_its_length_stays(text):
    assert redact(text) == text


def test_two_tokens_side_by_side_are_two_placeholders():
    assert redact(f"{GITHUB},{GITHUB}") == "REDACTED-github-token,REDACTED-github-token"


def test_a_private_key_goes_and_its_borders_stay():
    begin, end = PEM.split("\n")[0], PEM.split("\n")[-1]
    assert redact(f"key:\n{PEM}\nnext\n") == f"key:\n{begin}\nREDACTED-private-key\n{end}\nnext\n"


def test_a_private_key_keeps_the_margin_of_a_diff():
    text = "+" + PEM.replace("\n", "\n+")
    output = redact(text)
    assert output.count("\n+") == text.count("\n+")
    assert not any(line in output for line in PEM_LINES)


def test_a_private_key_in_json_leaves_json():
    document = {"a": 1, "private_key": PEM, "b": [json.dumps({"k": PEM, "n": 2})]}
    output = json.loads(redact(json.dumps(document)))
    assert output["a"] == 1
    assert json.loads(output["b"][0])["n"] == 2
    assert not any(line in json.dumps(output) for line in PEM_LINES)


def test_a_private_key_without_an_end_goes_too():
    assert not any(line in redact("\n".join(PEM.split("\n")[:-1])) for line in PEM_LINES)


def test_the_header_of_a_key_alone_is_a_word():
    text = "A file that starts with -----BEGIN " + "PRIVATE KEY----- is a private key."
    assert redact(text) == text


def test_the_password_in_a_url_goes_and_the_host_stays():
    secret = run_of(20)
    assert (
        redact(f"postgres://app:{secret}@db.example.test:5432/x")
        == "postgres://app:REDACTED-url-password@db.example.test:5432/x"
    )
    assert redact("https://user:${PASSWORD}@h.test/") == "https://user:${PASSWORD}@h.test/"


def test_only_the_private_part_of_a_web_key_goes():
    key = {"kty": "EC", "x": run_of(43, 2), "d": run_of(43, 3)}
    assert json.loads(redact(json.dumps(key))) == {**key, "d": "REDACTED-private-key"}


def card(body):
    return body + next(d for d in "0123456789" if luhn(body + d))


def test_a_card_number_needs_its_check_digit():
    good = card("411111222233334")
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert redact(f"card {good}.") == "card REDACTED-card-number."
    assert redact(f"card {good[:4]} {good[4:8]} {good[8:12]} {good[12:]}") == "card REDACTED-card-number"
    assert redact(f"order {bad}.") == f"order {bad}."


def test_a_column_of_numbers_is_no_card():
    good = card("411111222233334")
    text = f"1234 {good[:4]} {good[4:8]} {good[8:12]} {good[12:]} 5678"
    assert redact(text) == text


def iban(country, body):
    check = 98 - int("".join(str(int(c, 36)) for c in f"{body}{country}00")) % 97
    return f"{country}{check:02}{body}"


def test_an_iban_ends_where_its_country_says():
    good = iban("DE", "370400440532013000")
    assert redact(f"to {good} BEFORE FRIDAY") == "to REDACTED-iban BEFORE FRIDAY"
    spaced = " ".join(good[i : i + 4] for i in range(0, 22, 4))
    assert redact(f"to {spaced} 12 EUR") == "to REDACTED-iban 12 EUR"
    assert redact(f"to DE00{good[4:]}") == f"to DE00{good[4:]}"


def test_addresses_and_numbers_of_people_go():
    assert redact("mail a.b+c@mail.example.org, please") == "mail REDACTED-email, please"
    assert redact("call +1 202 555 0112 3 times") == "call REDACTED-phone 3 times"
    assert redact("git clone git@git.example.test:team/app.git") == "git clone git@git.example.test:team/app.git"
    assert redact("zod@4.1.2 and +18446744073709551615") == "zod@4.1.2 and +18446744073709551615"


def test_a_form_needs_no_percent_to_write_a_space_as_a_plus():
    spaced = iban("DE", "370400440532013000")
    plus = "+".join(spaced[i : i + 4] for i in range(0, 22, 4))
    assert redact(f"to {plus} now") == "to REDACTED-iban now"
