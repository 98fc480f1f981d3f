"""A result as a tree, by its format: what a machine reads, without what it ignores."""

from __future__ import annotations

import json
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ...model import CheckFailure


class Invalid(Exception):
    """A result that its format's parser refuses."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Shape:
    """A node: ``kind`` is map, list, or a leaf's type; ``name`` its key or step, ``text`` a leaf's value."""

    kind: str
    name: str = ""
    text: str = ""
    children: tuple[Shape, ...] = ()
    line: int = 1
    #: Whether a leaf's value is compared too, and not only that it is one leaf.
    exact: bool = True


def shape(kind: str, text: str) -> Shape:
    """The tree of a result.

    Raises:
        Invalid: it can't be read as ``kind``.
    """
    return _SHAPES[kind](text)


def _yaml(text: str) -> Shape:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = list(yaml.compose_all(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Invalid(f"isn't valid YAML: {error.problem or error.context}", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise Invalid(f"isn't valid YAML: {str(error).splitlines()[0]}") from None
    return Shape("list", children=tuple(_yaml_node(one, "", 0) for one in documents if one is not None))


def _yaml_node(node: yaml.Node, name: str, depth: int) -> Shape:
    line = node.start_mark.line + 1
    if depth > 60:
        raise Invalid("is nested deeper than 60 levels", line)
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        children = []
        for key, value in node.value:
            said = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if said in keys and said != "<<":
                raise Invalid(f"key {said[:60]!r} stands twice", key.start_mark.line + 1)
            keys.add(said)
            children.append(_yaml_node(value, said, depth + 1))
        return Shape("map", name, children=tuple(children), line=line)
    if isinstance(node, yaml.SequenceNode):
        inner = (_yaml_node(one, str(index), depth + 1) for index, one in enumerate(node.value))
        return Shape("list", name, children=tuple(inner), line=line)
    return Shape(node.tag.rpartition(":")[2], name, str(node.value), line=line)


def _json(text: str) -> Shape:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise Invalid("an object has a key twice")
        return made

    try:
        return _plain(json.loads(text, object_pairs_hook=unique), "")
    except json.JSONDecodeError as error:
        raise Invalid(f"isn't valid JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        raise Invalid("is nested too deeply") from None


def _plain(data: Any, name: str) -> Shape:
    if isinstance(data, dict):
        return Shape("map", name, children=tuple(_plain(value, key) for key, value in data.items()))
    if isinstance(data, list):
        return Shape("list", name, children=tuple(_plain(value, str(index)) for index, value in enumerate(data)))
    return Shape(type(data).__name__, name, str(data))


def _compose(text: str) -> Shape:
    """Compose reads ``$$`` as one dollar (compose-spec, interpolation)."""
    return _mapped(_yaml(text), lambda leaf: leaf.text.replace("$$", "$"))


def _mapped(node: Shape, to: Callable[[Shape], str]) -> Shape:
    children = tuple(_mapped(child, to) for child in node.children)
    return Shape(node.kind, node.name, node.text if children else to(node), children, node.line, node.exact)


def _cloud_init(text: str) -> Shape:
    """Strings below ``runcmd`` and ``bootcmd`` are run by sh, lists are not (cloud-init, Module reference)."""
    tree = _yaml(text)
    if not tree.children or tree.children[0].kind != "map":
        return tree
    top = tree.children[0]
    children = tuple(_commands(one) if one.name in ("runcmd", "bootcmd") else one for one in top.children)
    return Shape("list", children=(Shape("map", children=children, line=top.line), *tree.children[1:]))


def _commands(node: Shape) -> Shape:
    def command(one: Shape) -> Shape:
        if one.kind != "str":
            return one
        return Shape("sh", one.name, children=(_shell(one.text),), line=one.line)

    return Shape(node.kind, node.name, node.text, tuple(command(one) for one in node.children), node.line)


_LITERALS = frozenset(
    {"word", "raw_string", "string", "concatenation", "number", "ansi_c_string", "string_content", "variable_name"}
)
_EXPANSIONS = frozenset(
    {"command_substitution", "process_substitution", "expansion", "simple_expansion", "arithmetic_expansion"}
)


def _shell(text: str) -> Shape:
    """The commands of a script; a word in whatever quotes is one leaf, what it expands to stands below."""
    from ..shellcheck.scripts import Script

    script = Script("result.sh", text.encode("utf-8", "surrogateescape"), "bash", "", True)
    return _shell_node(script.tree())


def _shell_node(node: Any) -> Shape:
    from ..shellcheck.scripts import text_of

    line = int(node.start_point[0]) + 1
    if node.type == "comment":
        return Shape("comment", text=text_of(node), line=line, exact=False)
    if node.type in _LITERALS:
        inner = tuple(_shell_node(one) for one in _expansions(node))
        return Shape("word", "", _unquoted(text_of(node), inner), inner, line)
    if node.type == "heredoc_body":
        return Shape("heredoc", "", text_of(node), tuple(_shell_node(one) for one in _expansions(node)), line, False)
    kept = [one for one in node.children if one.type not in ("\n", ";")]
    children = tuple(_shell_node(one) for one in kept)
    return Shape(str(node.type), "", "" if children else text_of(node), children, line)


def _expansions(node: Any) -> Iterator[Any]:
    for child in node.children:
        if child.type in _EXPANSIONS:
            yield child
        else:
            yield from _expansions(child)


def _unquoted(text: str, inner: tuple[Shape, ...]) -> str:
    if inner or "$'" in text:
        return ""
    try:
        return "".join(shlex.split(text, comments=False))
    except ValueError:
        return text


def _nginx(text: str) -> Shape:
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


def _systemd(text: str) -> Shape:
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


def _env(text: str) -> Shape:
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


def _lines(text: str) -> Shape:
    """Instructions of a Dockerfile: each with its first word."""
    joined = re.sub(r"\\\n", "  ", text)
    lines = [(n, line.split()) for n, line in enumerate(joined.split("\n"), 1)]
    leaves = [Shape("line", words[0], line=n, exact=False) for n, words in lines if words and words[0][0] != "#"]
    return Shape("list", children=tuple(leaves))


def _text(text: str) -> Shape:
    return Shape("text", text=text, exact=False)


_SHAPES: Mapping[str, Callable[[str], Shape]] = {
    "yaml": _yaml,
    "json": _json,
    "compose": _compose,
    "cloud-init": _cloud_init,
    "nginx": _nginx,
    "systemd": _systemd,
    "shell": _shell,
    "env": _env,
    "dockerfile": _lines,
    "text": _text,
}


def walk(node: Shape, path: str = "") -> Iterator[tuple[str, Shape]]:
    """Every node with its path from the root, in order."""
    here = f"{path}.{node.name}".strip(".")
    yield here, node
    for child in node.children:
        yield from walk(child, here)
