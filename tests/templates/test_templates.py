"""templates as a user meets it: places, kinds, engines, and what a slip in the declarations says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_letsbe.checks.templates import engines, validate
from pytest_letsbe.checks.templates.check import TemplatesCheck
from pytest_letsbe.checks.templates.images import unpinned
from pytest_letsbe.checks.templates.options import TemplatesOptions
from pytest_letsbe.checks.templates.shape import Invalid
from pytest_letsbe.checks.templates.shapes import shape
from pytest_letsbe.checks.templates.sources import gather
from pytest_letsbe.model import CheckFailure, Location, Spec, UsageError
from pytest_letsbe.runner import Runner

VARIABLES = "variables:\n  tenant: {example: acme}\n  port: {example: 80}\n  pw: {example: x-y, secret: true}\n"


def write(root: Path, files: dict[str, str], variables: str = VARIABLES) -> None:
    for name, text in {"templates/variables.yaml": variables, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def ends(root: Path) -> dict[str, CheckFailure]:
    check = TemplatesCheck()
    runner = Runner(check, check.cases(Spec("templates", TemplatesOptions(), root, Location("letsbe.yaml"))))
    found = {}
    for case in runner.cases:
        end = runner.end_of(case)
        if end.outcome != "passed":
            found[f"{case.invariant}[{case.name}]"] = end.error
    return found


def test_an_undeclared_variable_names_file_and_line(tmp_path):
    write(tmp_path, {"templates/a.yaml.j2": "a: 1\nb: {{ tennant | tojson }}\n"})
    failure = ends(tmp_path)["renders[templates/a.yaml.j2]"]
    assert str(failure.location) == "templates/a.yaml.j2:2"
    assert "tennant isn't declared in templates/variables.yaml" in failure.sentence


def test_an_error_in_a_part_is_told_at_the_part(tmp_path):
    write(tmp_path, {"templates/a.yaml.j2": "{% include 'b.j2' %}\n", "templates/b.j2": "a: 1\nc: {{ nobody }}\n"})
    failure = ends(tmp_path)["renders[templates/a.yaml.j2]"]
    assert str(failure.location) == "templates/b.j2:2"


def test_an_invalid_result_is_told_at_the_line_of_the_template(tmp_path):
    text = "services:\n{% for n in [1, 2, 3] %}\n  s{{ n }}:\n    image: x\n{% endfor %}\n  last:\n    imagee: x\n"
    write(tmp_path, {"templates/compose.yaml.j2": text})
    failure = ends(tmp_path)["valid-result[templates/compose.yaml.j2]"]
    assert str(failure.location) == "templates/compose.yaml.j2:7"
    assert "did you mean 'image'" in failure.sentence


def test_an_injection_names_variable_value_and_line(tmp_path):
    write(tmp_path, {"templates/a.yaml.j2": "# x\ntenant: '{{ tenant }}'\n"})
    failure = ends(tmp_path)["no-injection[templates/a.yaml.j2]"]
    assert failure.sentence.startswith("tenant breaks out: with single-quote")
    assert str(failure.location) == "templates/a.yaml.j2:2"


def test_a_value_that_the_pattern_refuses_is_not_tried(tmp_path):
    variables = 'variables: {tenant: {example: acme, pattern: "[a-z]+"}}\n'
    write(tmp_path, {"templates/a.yaml.j2": "tenant: {{ tenant }}\n"}, variables)
    assert ends(tmp_path) == {}


def test_a_template_may_refuse_a_hostile_value(tmp_path):
    text = "{% if not tenant.isalnum() %}{{ refuse() }}{% endif %}tenant: {{ tenant }}\n"
    write(tmp_path, {"templates/a.yaml.j2": text}, VARIABLES + "  refuse: {example: no}\n")
    assert "no-injection[templates/a.yaml.j2]" not in ends(tmp_path)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ("variables: {a: {exampel: 1}}\n", "variables.yaml:1:17: unknown key 'exampel' (did you mean 'example'?)"),
        ("variables: {a: {}}\n", "needs the key 'example'"),
        ("variables: {a: {example: 1}}\noutputs:\n  x.j2: {mode: '0600'}\n", "variables.yaml:3:3: outputs: no template"),
        ("outputs:\n  templates/a.j2: {mode: '99'}\n", "variables.yaml:2"),
        ("variables: {a: {example: A, pattern: '[a-z]'}}\n", "doesn't match its own pattern"),
        ("variables: {a: {example: A, pattern: '['}}\n", "no regular expression"),
        ("variables: {a: {example: 1}, a: {example: 2}}\n", "stands twice"),
        ("- a\n", "needs a mapping"),
    ],
)  # fmt: skip
def test_a_slip_in_the_declarations_is_told_with_its_place(tmp_path, variables, said):
    write(tmp_path, {"templates/a.j2": "x\n"}, variables)
    with pytest.raises(UsageError) as caught:
        gather(tmp_path, TemplatesOptions(), Location("letsbe.yaml"))
    assert said in str(caught.value)


def test_missing_declarations_are_told_at_the_manifest(tmp_path):
    with pytest.raises(UsageError, match=r"letsbe.yaml:1: templates: templates/variables.yaml isn't there"):
        gather(tmp_path, TemplatesOptions(), Location("letsbe.yaml"))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("docker-compose.yml.j2", "", "compose"), ("a.yaml.jinja", "", "yaml"), ("user-data", "", "cloud-init"),
        ("x.yaml.j2", "#cloud-config\n", "cloud-init"), ("hub.service.tmpl", "", "systemd"), (".env.j2", "", "env"),
        ("run", "#!/bin/sh\n", "shell"), ("nginx/hub.conf.j2", "", "nginx"), ("Dockerfile.j2", "", "dockerfile"),
        ("motd", "hello", "text"), ("a.json.envsubst", "", "json"),
    ],
)  # fmt: skip
def test_the_kind_is_known_by_name_and_first_line(tmp_path, name, text, kind):
    write(tmp_path, {f"templates/{name}": text})
    (template,) = gather(tmp_path, TemplatesOptions(), Location("letsbe.yaml")).templates
    assert template.kind == kind


def test_envsubst_leaves_what_the_format_reads_itself(tmp_path):
    write(tmp_path, {"templates/nginx/a.conf.tmpl": "server { listen ${PORT}; set $x $host; }\n"})
    place = gather(tmp_path, TemplatesOptions(), Location("letsbe.yaml"))
    assert engines.render(place, place.templates[0], {"port": 80}) == "server { listen 80; set $x $host; }\n"
    assert not list(engines.undeclared(place, place.templates[0]))


def test_a_template_without_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "_MOST_CHARS", 1000)
    write(tmp_path, {"templates/a.j2": "{% for i in range(9999) %}{{ i }}{% endfor %}"})
    assert "doesn't come to an end" in ends(tmp_path)["renders[templates/a.j2]"].sentence


def test_the_sandbox_holds(tmp_path):
    write(tmp_path, {"templates/a.j2": "{{ ''.__class__.__mro__[1].__subclasses__() }}"})
    assert "unsafe" in ends(tmp_path)["renders[templates/a.j2]"].sentence


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("yaml", "a: 1\na: 2\n"), ("yaml", "a: [\n"), ("json", '{"a": 1, "a": 2}'), ("json", "{"), ("env", "A B\n"),
        ("env", "A='b'c'\n"), ("systemd", "A=1\n"), ("systemd", "[Service]\nnothing\n"), ("nginx", "server { \n"),
    ],
)  # fmt: skip
def test_what_no_parser_reads_has_no_shape(kind, text):
    with pytest.raises(Invalid):
        shape(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("cloud-init", "#cloud-config\nruncmd: echo\n"), ("compose", "services: {a: {image: x, ports: 80}}\n"),
        ("compose", "service: {}\n"), ("shell", "#!/bin/sh\nfi\n"), ("shell", "#!/bin/bash\nx=$(ls *.y); for\n"),
        ("nginx", "server { listn 80; }\n"), ("systemd", "[Timer]\nUnit=a.service\n"), ("env", "# nothing\n"),
    ],
)  # fmt: skip
def test_what_a_validator_refuses_is_a_problem(kind, text):
    assert list(validate.problems(kind, text, 60))


@pytest.mark.parametrize(
    "text",
    [
        "server { listen 80; ssl_certificate /none.pem; ssl_certificate_key /none.key; }\n",
        "upstream hub { server hub.example.test:80; }\n",
        "location / { proxy_pass http://hub.example.test; }\n",
        "user www-data;\nevents {}\nhttp { include /etc/nginx/none.conf; server { listen 80; } }\n",
    ],
)
def test_a_file_of_nginx_is_judged_and_not_this_machine(text):
    assert list(validate.problems("nginx", text, 60)) == []


@pytest.mark.parametrize(
    ("directive", "slip"), [("listn", True), ("proxy_pas", True), ("http3", False), ("brotli", False)]
)
def test_a_directive_is_a_slip_only_where_it_nearly_is_a_known_one(directive, slip):
    assert validate.is_slip(f'unknown directive "{directive}"') is slip


def test_images_are_found_where_they_are_pulled():
    pinned = "hub@sha256:" + "a" * 64
    assert list(unpinned("shell", f"docker run -d --name x -p 1:1 {pinned} hub:1\ndocker pull 'a/b:1'\n")) == [
        ("a/b:1", 2)
    ]
    assert list(unpinned("cloud-init", "#cloud-config\nruncmd:\n  - [docker, run, --rm, 'x:1']\n")) == [("x:1", 3)]
    assert list(unpinned("compose", "services: {a: {build: ., image: a}}\n")) == []
    assert list(unpinned("dockerfile", "FROM a:1 AS b\nFROM b\n")) == [("a:1", 1)]


def test_no_secret_is_quoted_in_a_failure(tmp_path):
    value = "Xk9vQ2mR" + "7pLw4tZs"
    write(tmp_path, {"templates/a.env.j2": f"DB_PASSWORD={value}\n"})
    failure = ends(tmp_path)["no-credential[templates/a.env.j2]"]
    assert value not in failure.sentence + "".join(failure.evidence)
