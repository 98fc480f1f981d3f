"""What a target wrote is shown without a secret and without a way to command the terminal."""

from __future__ import annotations

import pytest

from pytest_letsbe.targets.excerpt import Tail, excerpt, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token=" + "ab12" * 10, "toke…(46)"),
        ("token: " + "ab12" * 10, "token: ab12…(40)"),
        ("eyJ0" * 5 + "." + "c2ln" * 5, "eyJ0…(20).c2ln…(20)"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "wJal…(30)"),
        ("ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
        ('  File "/work/wrapper/gate.py", line 3', '  File "/work/wrapper/gate.py", line 3'),
        ("/srv/" + "ab12" * 10, "/srv/ab12…(40)"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07", "red ?]0;title?"),
        ("one\ntwo\u202e\ud800", "one two??"),
        ("word " * 1000, ("word " * 40)[:199] + "…"),
    ],
)
def test_a_credential_is_cut_and_a_message_stays_readable(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_a_bad_line_shows_its_head_and_length() -> None:
    assert excerpt(b"\x00\xff" + b"a" * 100) == "'??aaaaaaaaaaaaaaaaaaaaaa' (102 bytes)".replace("??", "?\ufffd")


def test_the_tail_is_bounded() -> None:
    tail = Tail()
    for n in range(100_000):
        tail.add(b"line %d\n" % n)
    assert tail.lines() == [f"line {n}" for n in range(99_980, 100_000)]
    assert len(tail._kept) <= 64 * 1024
