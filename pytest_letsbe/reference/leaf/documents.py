"""Documents taken apart into leaves, and written again with the leaves that changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import quote_plus, unquote_plus

#: ``(value, name) -> value``: a leaf cleaned, or the very same text.
Leaf = Callable[[str, str], str]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s"{}\[\],:]++|\s++|"', re.DOTALL)


def json_text(text: str, leaf: Leaf) -> str:
    """JSON, cut off or in lines too: every string and every number is a leaf, the layout stays."""
    written: list[str] = []
    inside: list[str] = []
    name, expects_name = "", False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == "{":
            inside.append(piece)
            name, expects_name = "", True
        elif piece == "[":
            inside.append(piece)
            expects_name = False
        elif piece in "}]":
            if inside:
                inside.pop()
            expects_name = False
        elif piece == ",":
            expects_name = bool(inside) and inside[-1] == "{"
        elif piece[0] == '"' and len(piece) > 1:
            value = _string(piece)
            if expects_name:
                name, expects_name = value, False
                written.append(_written(piece, value, leaf(value, "")))
                continue
            piece = _written(piece, value, leaf(value, name))
        elif piece.strip(" \t\r\n:") and (cleaned := leaf(piece, name)) != piece:
            piece = json.dumps(cleaned)
        written.append(piece)
    return "".join(written)


def _string(literal: str) -> str:
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return literal[1:-1]


def _written(literal: str, value: str, cleaned: str) -> str:
    return literal if cleaned == value else json.dumps(cleaned, ensure_ascii=literal.isascii())


_DATA = re.compile(r"^(?:data:[ \t]?)?([{\[].*)$", re.MULTILINE)
_Path = tuple[str, ...]


def said(text: str) -> dict[_Path, list[str]]:
    """The strings at each path of a stream's events or JSON lines, where they differ: one text, said in pieces."""
    found: dict[_Path, list[str]] = {}
    for match in _DATA.finditer(text) if "data:" in text or "\n{" in text else ():
        for path, value in _strings(match[1]):
            found.setdefault(path, []).append(value)
    return {path: values for path, values in found.items() if len(set(values)) > 1}


def stream(text: str, leaf: Leaf) -> str:
    """Events and JSON lines: what is cleaned stands in the first piece of what was said, the others are empty."""
    cleaned: dict[_Path, Iterator[str]] = {}
    for path, values in said(text).items():
        whole = "".join(values)
        output = leaf(whole, "")
        if output != whole:
            cleaned[path] = iter([output, *[""] * len(values)])
    if not cleaned:
        return text
    return _DATA.sub(lambda match: match[0][: match.start(1) - match.start()] + _replaced(match[1], cleaned), text)


def _strings(payload: str) -> list[tuple[_Path, str]]:
    found: list[tuple[_Path, str]] = []
    try:
        _walk(json.loads(payload), (), found)
    except (ValueError, RecursionError):
        return []
    return found


def _walk(node: object, path: _Path, found: list[tuple[_Path, str]]) -> None:
    if isinstance(node, str):
        found.append((path, node))
    elif isinstance(node, dict):
        here = _numbered(node, path)
        for name, child in node.items():
            _walk(child, (*here, name), found)
    elif isinstance(node, list):
        for child in node:
            _walk(child, path, found)


def _numbered(node: dict[str, object], path: _Path) -> _Path:
    """Interleaved blocks carry their number beside the piece."""
    return (*path, f"#{node['index']}") if "index" in node else path


def _replaced(payload: str, cleaned: dict[_Path, Iterator[str]]) -> str:
    try:
        node = json.loads(payload)
    except (ValueError, RecursionError):
        return payload
    changed, output = _rewrite(node, (), cleaned)
    spaces = (", ", ": ") if '": ' in payload else (",", ":")
    return json.dumps(output, ensure_ascii=payload.isascii(), separators=spaces) if changed else payload


def _rewrite(node: object, path: _Path, cleaned: dict[_Path, Iterator[str]]) -> tuple[bool, object]:
    if isinstance(node, str) and path in cleaned:
        return True, next(cleaned[path])
    if isinstance(node, dict):
        here = _numbered(node, path)
        made = {name: _rewrite(child, (*here, name), cleaned) for name, child in node.items()}
        return any(c for c, _ in made.values()), {name: child for name, (_, child) in made.items()}
    if isinstance(node, list):
        items = [_rewrite(child, path, cleaned) for child in node]
        return any(c for c, _ in items), [child for _, child in items]
    return False, node


_NODE = re.compile(
    r"(?P<before><(?P<name>[\w:.-]{1,80})(?:\s[^<>]{0,400})?>)(?P<text>[^<]+)"
    r"|(?P<attribute>\s[\w:.-]{1,80}=\")(?P<inside>[^\"<]*)(?=\")"
)


def markup(text: str, leaf: Leaf) -> str:
    """XML and HTML: the texts of elements and the values of attributes."""

    def clean(match: re.Match[str]) -> str:
        if match["attribute"]:
            value = unescape(match["inside"])
            output = leaf(value, match["attribute"].strip()[:-2])
            return match[0] if output == value else match["attribute"] + escape(output)
        value = unescape(match["text"])
        output = leaf(value, match["name"])
        return match[0] if output == value else match["before"] + escape(output)

    return _NODE.sub(clean, text)


_PAIR = re.compile(
    r"(?P<before>(?:^|(?<=[?&#;\s]))(?P<name>[\w.%+-]{1,80})=)"
    r"(?P<value>(?:[^&#\s\"'`<>;)]|;(?!\s|\Z|[\w.-]{1,40}(?: [A-Z]\w*)?=)|&(?![\w.%+-]{1,80}=))+)"
)


def pairs(text: str, leaf: Leaf) -> str:
    """Forms, queries, fragments, cookies: ``name=value``, percent-encoded."""

    def clean(match: re.Match[str]) -> str:
        value = unquote_plus(match["value"])
        output = leaf(value, unquote_plus(match["name"]))
        return match[0] if output == value else match["before"] + quote_plus(output, safe="*")

    return _PAIR.sub(clean, text)


_CELL = re.compile(r'"(?:[^"]|"")*+"|[^,\r\n"]++')


def table(text: str, leaf: Leaf) -> str:
    """CSV: every cell is a leaf."""

    def clean(match: re.Match[str]) -> str:
        cell = match[0]
        value = cell[1:-1].replace('""', '"') if cell[0] == '"' else cell
        output = leaf(value, "")
        if output == value:
            return cell
        return '"' + output.replace('"', '""') + '"' if re.search(r'[",\r\n]', output) else output

    return _CELL.sub(clean, text)


_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.|"")*+"|' + r"""'(?:[^'\\\n]|'\\''|\\.|'')*+'""")


def literals(text: str, leaf: Leaf) -> str:
    """String literals of any language: what is between the quotes is a leaf."""

    def clean(match: re.Match[str]) -> str:
        output = leaf(match[0][1:-1], "")
        return match[0] if output == match[0][1:-1] else match[0][0] + output + match[0][0]

    return _LITERAL.sub(clean, text)
