"""Results that are read line by line or word by word: nginx, systemd units, env files, Dockerfiles."""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path

from ...model import CheckFailure
from .shape import Invalid, Shape


def nginx(text: str) -> Shape:
    """Words and punctuation: a value may fill a word and never make a second one."""
    try:
        import crossplane
        from crossplane.errors import NgxParserBaseException
    except ImportError:
        raise CheckFailure("templates needs its libraries: pip install 'pytest-letsbe[templates]'") from None
    with tempfile.TemporaryDirectory(prefix="letsbe-nginx-") as folder:
        path = Path(folder) / "nginx.conf"
        path.write_text(text, encoding="utf-8")
        try:
            tokens = list(crossplane.lex(str(path)))
        except NgxParserBaseException as error:
            raise Invalid(f"isn't valid for nginx: {error.strerror}", error.lineno or 1) from None
    leaves = [
        Shape("mark" if said in "{};" and not quoted else "word", "", said, line=line, exact=False)
        for said, line, quoted in tokens
        if quoted or not said.startswith("#")
    ]
    return Shape("list", children=tuple(leaves))


_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*\Z")
#: Settings whose value systemd splits into words (systemd.syntax(7), "Quoting").
_WORDS = re.compile(r"(?:Exec\w+|Environment|PassEnvironment|UnsetEnvironment)\Z")


def systemd(text: str) -> Shape:
    sections: list[tuple[str, int, list[Shape]]] = []
    pending, first = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("#", ";")) or (not line.strip() and not pending):
            continue
        first = first or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        whole, line_number, pending, first = (pending + line).strip(), first, "", 0
        if section := _SECTION.match(whole):
            sections.append((section["name"], line_number, []))
            continue
        key, equals, value = whole.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z][\w-]*", key.strip()):
            raise Invalid("a line of the unit is no `Key=value`", line_number)
        if not sections:
            raise Invalid("a setting stands before the first section", line_number)
        sections[-1][2].append(_setting(key.strip(), value.strip(), line_number))
    if not sections:
        raise Invalid("the unit has no section")
    return Shape("list", children=tuple(Shape("map", n, children=tuple(c), line=at) for n, at, c in sections))


def _setting(key: str, value: str, line: int) -> Shape:
    if not _WORDS.match(key):
        return Shape("value", key, value, line=line, exact=False)
    try:
        words = shlex.split(value, comments=False)
    except ValueError:
        raise Invalid(f"{key}= has a quote that doesn't end", line) from None
    return Shape("list", key, children=tuple(Shape("word", "", word, line=line, exact=False) for word in words))


def env(text: str) -> Shape:
    leaves: list[Shape] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.match(r"\s*(?:export\s+)?(?P<key>[A-Za-z_][\w.-]*)\s*=(?P<value>.*)\Z", line)
        if found is None:
            raise Invalid("a line is no `KEY=value`", number)
        if any(leaf.name == found["key"] for leaf in leaves):
            raise Invalid(f"{found['key']} stands twice", number)
        value = found["value"].strip()
        if (
            value[:1] in "\"'"
            and value
            and not re.fullmatch(r"'[^']*'(?:\"'\"'[^']*'|\\''[^']*')*|\"(?:[^\"\\]|\\.)*\"", value)
        ):
            raise Invalid(f"the quotes of {found['key']} don't match", number)
        if value and value[0] not in "\"'" and re.search(r"(?:^|\s)#", value):
            raise Invalid(f"the value of {found['key']} ends at its ` #`", number)
        leaves.append(Shape("value", found["key"], value, line=number, exact=False))
    return Shape("map", children=tuple(leaves))


def dockerfile(text: str) -> Shape:
    """Instructions of a Dockerfile: each with its first word."""
    joined = re.sub(r"\\\n", "  ", text)
    lines = [(n, line.split()) for n, line in enumerate(joined.split("\n"), 1)]
    leaves = [Shape("line", words[0], line=n, exact=False) for n, words in lines if words and words[0][0] != "#"]
    return Shape("list", children=tuple(leaves))
