"""Templates and rows: what may be written, and how an error names its place and its mend."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_letsbe.checks.redaction.kinds import parse_benign, parse_kind
from pytest_letsbe.checks.redaction.synth import compile_template, fill, seeded
from pytest_letsbe.checks.redaction.synth.context import Context
from pytest_letsbe.checks.redaction.synth.generators import GENERATORS
from pytest_letsbe.model import Location, UsageError

HERE = Location("corpora/redaction/mine.yaml", 12, 5)
ROW: dict[str, Any] = {
    "id": "acme-token",
    "title": "ACME access token",
    "template": "acme_«{alnum:20}»",
    "key": "ACME_TOKEN",
    "bare": True,
    "source": "https://acme.example/docs",
}


def test_text_without_pieces_is_its_own_core() -> None:
    assert fill("changeme", "t", 0).cores == ("changeme",)


def test_marks_set_the_cores_off() -> None:
    filled = fill("a-«{digits:4}»-b-«{hex:6}»-c", "t", 0)
    assert len(filled.cores) == 2
    assert filled.value == f"a-{filled.cores[0]}-b-{filled.cores[1]}-c"


def test_doubled_braces_stand_for_themselves() -> None:
    assert fill("{{{{ token }}}} {{}}", "t", 0).value == "{{ token }} {}"
    assert fill("{{{digits:3}}}", "t", 0).value.strip("{}").isdigit()


def test_a_generator_sees_the_core_before_it() -> None:
    first, second = (
        fill("x_«{base62:30}{crc32b62}»", "t", 0).cores[0],
        fill("y_«{base62:30}{crc32b62}»", "t", 0).cores[0],
    )
    assert first == second


def test_a_generator_may_interrupt_the_core() -> None:
    filled = fill("«{ec_pkcs8:json}»", "t", 0)
    assert filled.value == "\\n".join(filled.cores)
    assert len(filled.cores) == 3


def test_pieces_of_one_thing_belong_together() -> None:
    assert fill("{jwk_x}", "t", 0).value == fill("{jwk_x}{jwk_y}{jwk_d}", "t", 0).value[:43]


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{alnm:20}", "no generator 'alnm' (did you mean 'alnum'?)"),
        ("{qqqqqqqq}", "no generator 'qqqqqqqq'"),
        ("ghp_{alnum:36", "a single '{' at character 5"),
        ("ghp_}", "a single '}' at character 5"),
        ("{Alnum:3}", "a single '{'"),
        ("«{alnum:3}", "« without »"),
        ("{alnum:3}»", "» at character 10 has no partner"),
        ("««{alnum:3}»»", "« at character 2 has no partner"),
        ("a«»", "a core between « and » is empty"),
        ("", "it is empty"),
        ("{alnum}", "{alnum} needs a length from 1 to 4096"),
        ("{alnum:0}", "{alnum} needs a length"),
        ("{alnum:-3}", "{alnum} needs a length"),
        ("{hex:9999999}", "{hex} needs a length"),
        ("{choice:a}", "{choice} needs two texts"),
        ("{int:9-1}", "{int} needs a range"),
        ("{luhn:3}", "{luhn} takes no argument"),
        ("{jwt_payload:admin}", "{jwt_payload} needs one of k8s, service, user"),
        ("{jwt_header:none}", "{jwt_header} knows ES256"),
        ("{aws_id:42}", "{aws_id} needs a documentation account"),
        ("KEY-«{age}»", "{age} the text before it must be the value's own head, such as 'AGE'"),
        ("x«{iban97}»", "{iban97} needs an IBAN's country"),
        ("{pem_begin}", "{pem_begin} needs a label"),
        ("{say}", "{say} needs the text"),
        ("{password:3}", "{password} needs a length from 4 to 4096"),  # shorter ones were tried for ever
        ("{password_percent:1}", "{password_percent} needs a length from 4 to 4096"),
        ("{basicauth:2}", "{basicauth} needs a length from 4 to 4096"),
    ],
)
def test_a_bad_template_is_a_usage_error_at_its_row(template: str, sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        fill(template, "t", 0, HERE)
    assert str(error.value).startswith(f"corpora/redaction/mine.yaml:12:5: template: {sentence}")


@given(st.text(alphabet="ab{}«»:0123|, \n", max_size=30))
def test_no_template_makes_the_reader_raise_anything_else(template: str) -> None:
    try:
        filled = fill(template, "t", 0, HERE)
    except UsageError:
        return
    assert all(core in filled.value for core in filled.cores)


@given(st.sampled_from(sorted(GENERATORS)), st.text(alphabet="abcHS256jsonuser|-0123456789 ", max_size=12))
def test_no_argument_makes_a_generator_raise_anything_else(name: str, arg: str) -> None:
    said = ""
    try:
        fill(f"{{{name}:{arg}}}", "t", 0, HERE)
    except UsageError as error:
        said = str(error)
    assert not said or name in said


def test_every_generator_depends_on_nothing_but_the_seed() -> None:
    for name in ("hex:8", "password:12", "rsa_pkcs1", "pgp", "uuid", "png:3", "certificate"):
        template = compile_template(f"{{{name}}}")
        assert template.fill(seeded("a", 1)) == template.fill(seeded("a", 1))
        assert template.fill(seeded("a", 1)) != template.fill(seeded("a", 2))
        assert template.fill(seeded("a", 1)) != template.fill(seeded("b", 1))


def test_a_context_prints_nothing() -> None:
    context = Context(seeded("a", 0))
    context.write("hush")
    assert repr(context) == "<Context len=4>"


def test_a_row_becomes_a_kind() -> None:
    kind = parse_kind(ROW, HERE, "mine")
    assert (kind.id, kind.key, kind.bare, kind.corpus, kind.location) == (
        "acme-token",
        "ACME_TOKEN",
        True,
        "mine",
        HERE,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"templte": "x"}, "unknown key 'templte' (did you mean 'template'?)"),
        ({"id": "Acme"}, "id 'Acme': lower-case letters"),
        ({"id": "acme/token"}, "id 'acme/token': lower-case letters"),
        ({"id": 7}, "'id' must be a text, not int"),
        ({"title": ""}, "'title' must be a text, not an empty text"),
        ({"key": "acme-token"}, "acme-token: key 'acme-token' must be UPPER_SNAKE"),
        ({"bare": "yes"}, "'bare' must be true or false, not"),
        ({"bare": None}, "'bare' must be true or false, not nothing"),
        ({"template": "acme_«{alnum:x}»"}, "template: {alnum} needs a length"),
    ],
)
def test_a_bad_row_is_a_usage_error_at_its_place(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_kind({**ROW, **change}, HERE, "mine")
    assert str(error.value).startswith(f"corpora/redaction/mine.yaml:12:5: {sentence}")


@pytest.mark.parametrize("key", sorted(ROW))
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(UsageError, match=f"key '{key}' is missing"):
        parse_kind({k: v for k, v in ROW.items() if k != key}, HERE, "mine")


@pytest.mark.parametrize("length", [16, 40])
def test_a_row_with_a_literal_secret_is_refused_without_showing_it(length: int) -> None:
    literal = "aB3" * 20
    with pytest.raises(UsageError, match="corpora hold templates only") as error:
        parse_kind({**ROW, "template": f"acme_«{literal[:length]}»"}, HERE, "mine")
    assert literal[:length] not in str(error.value)


def test_marks_don_t_hide_a_literal_secret() -> None:
    with pytest.raises(UsageError, match="corpora hold templates only"):
        parse_kind({**ROW, "template": "aB3aB3aB3«aB3aB3aB3»"}, HERE, "mine")
    with pytest.raises(UsageError, match="corpora hold templates only"):
        parse_kind({**ROW, "template": "0123456789abcdef" * 2}, HERE, "mine")


def test_a_benign_row_becomes_a_text() -> None:
    text = parse_benign(
        {"id": "sha", "template": "commit {hex:40}", "why": "a commit", "media_type": "text/plain"}, HERE
    )
    assert text.render(0) == text.render(0) != text.render(1)
    assert text.media_type == "text/plain"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"template": "«{hex:40}»"}, "a benign text holds no secret"),
        ({"media": "x"}, "unknown key 'media' (did you mean 'media_type'?)"),
        ({"template": "aB3" * 6}, "looks like a secret"),
        ({"id": "a b"}, "lower-case letters"),
    ],
)
def test_a_bad_benign_row_is_a_usage_error(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_benign({"id": "sha", "template": "commit {hex:40}", "why": "a commit", **change}, HERE)
    assert sentence in str(error.value)
