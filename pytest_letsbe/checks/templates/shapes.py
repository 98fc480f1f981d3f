"""A result as a tree, by its format: what a machine reads, without what it ignores."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from . import line_formats
from .shape import Invalid, Shape


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


def _text(text: str) -> Shape:
    return Shape("text", text=text, exact=False)


_SHAPES: Mapping[str, Callable[[str], Shape]] = {
    "yaml": _yaml,
    "json": _json,
    "compose": _compose,
    "cloud-init": _cloud_init,
    "nginx": line_formats.nginx,
    "systemd": line_formats.systemd,
    "shell": _shell,
    "env": line_formats.env,
    "dockerfile": line_formats.dockerfile,
    "text": _text,
}
