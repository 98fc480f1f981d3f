"""The shell scripts of a repo: by their ending or their shebang, as text and as a syntax tree."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...model import CheckFailure
from ...scan import enumerate as tree
from ...scan.globs import matches_any
from ...scan.stats import Stats

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ENDINGS = (".sh", ".bash", ".bats", ".ksh")
_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*)?(?P<shell>sh|bash|dash|ksh)\b(?P<options>[^\n]*)")
_MOST = 2_000_000
#: Wrappers whose argument is the command that really runs.
_WRAPPERS = frozenset(
    {"sudo", "env", "exec", "command", "nohup", "nice", "time", "timeout", "doas", "stdbuf", "setsid"}
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script; ``shell`` is ``bash`` or ``sh`` and so on, ``runs`` whether it is started and not only sourced."""

    path: str
    text: bytes = field(repr=False)
    shell: str
    options: str
    runs: bool

    def tree(self) -> Node:
        return _parser().parse(self.text).root_node


def scripts(root: Path, exclude: tuple[str, ...]) -> list[Script]:
    """Every script that git knows or would, sorted by path."""
    found = []
    for entry in tree.files(root, Stats()):
        shell = None if matches_any(entry.path, exclude) else _shell_of(root, entry.path)
        if shell is None:
            continue
        raw = tree.read(root, entry.path, _MOST)
        if isinstance(raw, bytes):
            found.append(Script(entry.path, raw, *shell))
    return found


def _shell_of(root: Path, path: str) -> tuple[str, str, bool] | None:
    ends = path.endswith(_ENDINGS)
    if not ends and "." in path.rpartition("/")[2]:
        return None
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        head = os.read(descriptor, 256)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    shebang = _SHEBANG.match(head)
    if shebang is None:
        return ("bash", "", False) if ends else None
    return shebang["shell"].decode(), shebang["options"].decode("utf-8", "replace"), True


@lru_cache(maxsize=1)
def _parser() -> Parser:
    try:
        import tree_sitter_bash
        from tree_sitter import Language, Parser
    except ImportError:
        raise CheckFailure("shellcheck needs its libraries: pip install 'pytest-letsbe[shell]'") from None
    return Parser(Language(tree_sitter_bash.language()))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def line_of(node: Node) -> int:
    return int(node.start_point[0]) + 1


def text_of(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def name_of(command: Node) -> str:
    """The name of a command without its folder; of ``sudo -E bash -s`` it is ``bash``."""
    words = words_of(command)
    return words[0] if words else ""


def words_of(command: Node) -> list[str]:
    """The words of a command as written, behind wrappers such as ``sudo`` and their options."""
    words = [text_of(command.child_by_field_name("name"))]
    words += [text_of(child) for child in command.children_by_field_name("argument")]
    while words and words[0].rpartition("/")[2] in _WRAPPERS:
        words = _inner(words)
    return [words[0].rpartition("/")[2].strip("'\"\\"), *words[1:]] if words else []


def _inner(words: list[str]) -> list[str]:
    rest = words[1:]
    while rest and (rest[0].startswith("-") or re.match(r"[A-Za-z_]\w*=|\d+[smhd]?\Z", rest[0])):
        rest = rest[1:]
    return rest
