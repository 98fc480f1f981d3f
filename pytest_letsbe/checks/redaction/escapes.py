"""How a value is written in a syntax: an escape keeps the document valid, or says that the value can't stand there."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable
from types import MappingProxyType
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape as xml_escape

import yaml

from ...model import LetsbeError


class Unfit(LetsbeError):
    """The value can't stand in the carrier."""


_NUL = re.compile("\0")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 2.2
_NOT_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")  # YAML 1.2 5.1
_YAML_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_COOKIE_SAFE = "!#$&'()*+-./:<=>?@[]^_`{|}~"  # RFC 6265 4.1.1 without %, which we write the rest with


def _without(pattern: re.Pattern[str], value: str) -> str:
    if pattern.search(value):
        raise Unfit("holds a character that the syntax has no way to write")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise Unfit("holds a line break")
    return value


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _header(value: str) -> str:
    """RFC 9110 5.5: no control character; a line break becomes backslash and n; clients refuse more than Latin-1."""
    value = _without(_CONTROL, value.replace("\r", "").replace("\n", "\\n"))
    if any(ord(char) > 255 for char in value) or value != value.strip():
        raise Unfit("holds a character that no header carries")
    return value


def _xml(value: str) -> str:
    return xml_escape(_without(_NOT_XML, value), {"\r": "&#13;"})


def _attribute(value: str) -> str:
    """An attribute's white space is normalised unless it is a reference (XML 1.0 3.3.3)."""
    return xml_escape(_without(_NOT_XML, value), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _cdata(value: str) -> str:
    return _without(_NOT_XML, value).replace("]]>", "]]]]><![CDATA[>")


def _shell_inside(value: str) -> str:
    """Between single quotes of the shell; no argument holds a NUL."""
    return _without(_NUL, value).replace("'", "'\\''")


def _dotenv(value: str) -> str:
    """As dotenv libraries read it: bare when plain, else in double quotes with escapes."""
    if re.fullmatch(r"[\w.:/+=@%~^*!?,;-]+", value, re.ASCII):
        return value
    value = _without(_CONTROL, value).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return '"' + value.replace("\r", "\\r").replace("\n", "\\n") + '"'


def _yaml_double(value: str) -> str:
    """JSON's escapes are YAML's too; what YAML forbids or folds is written as one."""
    return _YAML_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", _json(value))


def _yaml_plain(value: str) -> str:
    """A scalar without quotes, only when YAML reads it back as the same text."""
    try:
        same = yaml.safe_load(f"key: {_one_line(value)}\n") == {"key": value}
    except yaml.YAMLError:
        same = False
    if not same:
        raise Unfit("YAML would read it as something else")
    return value


def _yaml_single(value: str) -> str:
    return _without(_NOT_YAML, _one_line(value)).replace("'", "''")


def _yaml_block(value: str) -> str:
    """The lines of a literal block, indented four; its first line can't begin with a space nor its last be empty."""
    value = _without(_NOT_YAML, value.removesuffix("\n"))
    if not value or value[0].isspace() or value.endswith("\n") or any(c in value for c in "\r\x85\u2028\u2029"):
        raise Unfit("a block scalar would change it")
    return value.replace("\n", "\n    ")


def _ini(value: str) -> str:
    """Further lines are indented, as configparser reads them."""
    if not value or value != value.strip() or any(not line.strip() for line in value.split("\n")):
        raise Unfit("configparser would change it")
    return _without(_CONTROL, value.replace("\r", "")).replace("\n", "\n    ")


def _csv(value: str) -> str:
    """RFC 4180: quoted when needed."""
    value = _without(_NUL, value)
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\r\n') else value


def _cell(value: str) -> str:
    return _one_line(value).replace("|", "\\|")


def _sql(value: str) -> str:
    return _without(_NUL, value).replace("'", "''")


def _toml(value: str) -> str:
    """TOML 1.0 basic strings are JSON's but for DEL."""
    return _json(value).replace("\x7f", "\\u007f")


#: Escapes by the name that a carrier's row uses; a list of names is applied left to right.
ESCAPES: MappingProxyType[str, Callable[[str], str]] = MappingProxyType(
    {
        "none": str,
        "one-line": _one_line,
        "json": _json,
        "json-ascii": lambda value: json.dumps(value)[1:-1],
        "xml": _xml,
        "xml-attribute": _attribute,
        "xml-cdata": _cdata,
        "html": lambda value: html.escape(_without(_NOT_XML, value)),
        "url": lambda value: quote(value, safe=""),
        "form": quote_plus,
        "cookie": lambda value: quote(value, safe=_COOKIE_SAFE),
        "header": _header,
        "shell": lambda value: f"'{_shell_inside(value)}'",
        "shell-inside": _shell_inside,
        "argument": lambda value: shlex.quote(_without(_NUL, value)),
        "dotenv": _dotenv,
        "ini": _ini,
        "toml": _toml,
        "yaml-double": _yaml_double,
        "yaml-plain": _yaml_plain,
        "yaml-single": _yaml_single,
        "yaml-block": _yaml_block,
        "csv": _csv,
        "markdown-cell": _cell,
        "sql": _sql,
        "python": repr,
        "diff": lambda value: value.replace("\n", "\n+"),
        "indent": lambda value: value.replace("\n", "\n    "),
    }
)
