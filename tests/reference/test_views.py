"""A view knows where each of its characters came from."""

import base64
import gzip
import json
import re

import pytest

from pytest_letsbe.reference.redactor import escapes, layout, runs
from pytest_letsbe.reference.redactor.deltas import deltas
from pytest_letsbe.reference.redactor.reading import MOST, readings
from pytest_letsbe.reference.redactor.view import Builder, View, rewritten

from .made import GITHUB


def raw_of(view, text, needle):
    """The parts of the raw text that stand for ``needle`` in the view."""
    start = view.text.index(needle)
    return [text[left:right] for left, right in view.raw(start, start + len(needle))]


def test_a_kept_piece_maps_character_by_character():
    view = rewritten(View("ab--cd--ef"), re.compile("--"), lambda _: "")
    assert view.text == "abcdef"
    assert view.raw(2, 4) == [(4, 6)]
    assert view.raw(1, 5) == [(1, 9)]


def test_a_replaced_piece_maps_as_a_whole():
    view = rewritten(View("x&amp;y"), re.compile("&amp;"), lambda _: "&")
    assert view.raw(1, 2) == [(1, 6)]


def test_what_lies_between_scattered_pieces_is_not_part_of_a_span():
    builder = Builder(View("[ab],[cd]"), scattered=True)
    builder.keep(1, 3)
    builder.keep(6, 8)
    assert builder.view().raw(1, 3) == [(2, 3), (6, 7)]


DECODERS = {
    "json": (escapes.backslashes, lambda v: f'x = "{json.dumps(v)[1:-1]}\\n" y'),
    "unicode": (escapes.backslashes, lambda v: "x " + "".join(f"\\u{ord(c):04x}" for c in v) + " y"),
    "braces": (escapes.backslashes, lambda v: "x " + "".join(f"\\u{{{ord(c):x}}}" for c in v) + " y"),
    "hex": (escapes.backslashes, lambda v: "x " + "".join(f"\\x{b:02x}" for b in v.encode()) + " y"),
    "octal": (escapes.backslashes, lambda v: "x " + "".join(f"\\{b:03o}" for b in v.encode()) + " y"),
    "line": (escapes.backslashes, lambda v: f"x {v[:5]}\\\n   {v[5:]} y"),
    "percent": (escapes.percents, lambda v: "x " + "".join(f"%{b:02X}" for b in v.encode()) + " y"),
    "entities": (escapes.entities, lambda v: "x " + "".join(f"&#{ord(c)};" for c in v) + " y"),
    "zero-width": (escapes.visible, lambda v: "x " + "\u200b".join(v) + " y"),
    "utf-16": (escapes.visible, lambda v: "x " + "".join(c + "\0" for c in v) + "y"),
    "full-width": (escapes.visible, lambda v: "x " + "".join(chr(ord(c) + 0xFEE0) for c in v) + " y"),
    "colour": (escapes.visible, lambda v: f"x {v[:4]}\x1b[1;31m{v[4:]}\x1b[0m y"),
    "quoted-printable": (escapes.quoted_printable, lambda v: f"x {v[:3]}=5F{v[4:20]}=\n{v[20:]} y"),
    "base64": (runs.base64_runs, lambda v: f"x {base64.b64encode(b'note: ' + v.encode()).decode()} y"),
    "gzip": (runs.base64_runs, lambda v: f"x {base64.b64encode(gzip.compress(v.encode())).decode()} y"),
    "utf-16 in base64": (runs.base64_runs, lambda v: f"x {base64.b64encode(v.encode('utf-16-le')).decode()} y"),
    "hex run": (runs.hex_runs, lambda v: f"x {v.encode().hex()} y"),
    "hex colons": (runs.hex_runs, lambda v: f"x {v.encode().hex(':')} y"),
    "base32": (runs.base32_runs, lambda v: f"x {base64.b32encode(v.encode()).decode()} y"),
    "concatenation": (layout.concatenations, lambda v: f'x "{v[:3]}" + "{v[3:]}" y'),
    "margin": (layout.margins, lambda v: f"+x\n+{v}\n+y"),
    "wrapped": (layout.wrapped, lambda v: f"x {v[:18]}\n  {v[18:]} y"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoded_token_maps_to_what_it_was_written_with(name):
    decode, write = DECODERS[name]
    text = write(GITHUB)
    views = [view for view in decode(View(text)) if GITHUB in view.text.replace("\0", "")]
    assert views
    if GITHUB in views[0].text:
        start, end = views[0].text.index(GITHUB), views[0].text.index(GITHUB) + len(GITHUB)
        [(left, right)] = views[0].raw(start, end)
        assert text[:left].strip('x =+"\n') == ""
        assert text[right:].strip('y +"\n\0') in ("", "\\n", "\u200b", "\x1b[0m")


def test_base64_in_lines_is_one_run():
    text = base64.encodebytes(f"APP_ENV=staging\nLOG_LEVEL=info\nTOKEN={GITHUB}\n".encode()).decode() + "and then\n"
    [view] = [view for view in runs.base64_runs(View(text)) if GITHUB in view.text]
    start, end = view.raw(view.text.index(GITHUB), view.text.index(GITHUB) + 40)[0]
    assert text[end:] == "\nand then\n"
    assert start == 0


def test_half_an_escape_is_never_part_of_a_run():
    encoded = base64.b64encode(f"the token is {GITHUB}".encode()).decode()
    text = f'{{"log": "wrote:\\n{encoded}"}}'
    for view in readings(text):
        if GITHUB in view.text:
            for start, _ in view.raw(view.text.index(GITHUB), view.text.index(GITHUB) + 40):
                assert text[start - 1] != "\\"


def test_deltas_are_joined_path_by_path():
    pieces = [GITHUB[i : i + 5] for i in range(0, len(GITHUB), 5)]
    text = "".join(f'data: {{"id":"a","choices":[{{"index":0,"delta":{{"content":"{p}"}}}}]}}\n\n' for p in pieces)
    [view] = deltas(View(text))
    assert raw_of(view, text, GITHUB) == pieces


def test_lines_of_a_log_are_not_joined():
    assert not list(deltas(View('{"msg": "one"}\n{"msg": "two"}\n')))


def test_deep_json_needs_no_recursion():
    event = 'data: {"a":' + "[" * 50_000 + '"x"' + "]" * 50_000 + "}\n\n"
    assert list(deltas(View(event + event.replace('"x"', '"y"'))))


def test_one_text_in_two_places_is_two_readings():
    text = f"{GITHUB.encode().hex()} and {base64.b64encode(GITHUB.encode()).decode()}"
    places = {
        view.raw(view.text.index(GITHUB), view.text.index(GITHUB) + 40)[0]
        for view in readings(text)
        if GITHUB in view.text
    }
    assert len(places) == 2


def test_the_number_of_readings_is_bounded():
    text = "%25\\u0025&#37;=25\n+ 'a' + 'b' \u200b" * 300
    assert sum(1 for _ in readings(text)) <= MOST + 1
