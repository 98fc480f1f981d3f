"""What ShellCheck doesn't ask: does a script stop at an error, run what it downloads, or show a secret?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .scripts import Script, line_of, name_of, text_of, walk, words_of

if TYPE_CHECKING:
    from tree_sitter import Node

#: (line, sentence)
Finding = tuple[int, str]

_DOWNLOADERS = frozenset({"curl", "wget", "fetch", "http", "aria2c"})
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash"})
_INTERPRETERS = frozenset({"python", "python3", "perl", "ruby", "node", "php"})
_SECRET = re.compile(r"(?i)(?:pass(?:word|wd|phrase)|secret|token|api_?key|private_?key|credential)s?")
#: A name that only speaks of a secret.
_TALKS = re.compile(r"(?i)_?(?:file|path|dir|name|id|len|length|url|host|ttl|count|type|version|arn|ref)s?\Z")
#: Run inside the shell: their arguments stand in no process list.
_BUILTINS = frozenset(
    {
        ":", ".", "[", "[[", "alias", "bg", "bind", "break", "builtin", "case", "cd", "command", "continue",
        "declare", "dirs", "disown", "echo", "enable", "eval", "exit", "export", "false", "fc", "fg", "for",
        "getopts", "hash", "help", "history", "if", "jobs", "let", "local", "logout", "mapfile", "popd",
        "printf", "pushd", "pwd", "read", "readarray", "readonly", "return", "select", "set", "shift", "shopt",
        "source", "test", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset",
        "until", "wait", "while",
    }
)  # fmt: skip
_SETUP = frozenset({"set", "shopt", "umask", "export", "readonly", "declare", "local", "trap"})


def stops_at_errors(script: Script) -> Iterator[Finding]:
    """``set -euo pipefail`` before the first command (``set -eu`` for sh): who goes on after an error lies."""
    if not script.runs:
        return  # sourced: it has the options of whoever sources it
    wanted = {"e", "u"} | ({"pipefail"} if script.shell in ("bash", "ksh") else set())
    have = _flags(script.options.split())
    first = 0
    for node in script.tree().named_children:
        if node.type == "comment":
            continue
        command = node if node.type == "command" else None
        if command is not None and name_of(command) == "set":
            have |= _flags(words_of(command)[1:])
        elif not _is_setup(node):
            first = line_of(node)
            break
        if wanted <= have:
            return
    missing = wanted - have
    if missing:
        mend = "set -euo pipefail" if "pipefail" in wanted else "set -eu"
        yield first or 1, f"it goes on after an error: `{mend}` doesn't stand before its first command"


def _is_setup(node: Node) -> bool:
    if node.type in ("variable_assignment", "variable_assignments", "function_definition", "declaration_command"):
        return True
    return node.type == "command" and name_of(node) in _SETUP


def _flags(words: list[str]) -> set[str]:
    """Options of ``set`` or of a shebang: ``-Eeuo pipefail``, ``-o errexit``."""
    long = {"errexit": "e", "nounset": "u", "pipefail": "pipefail"}
    found: set[str] = set()
    takes_name = False
    for word in words:
        if takes_name:
            found.add(long.get(word, word))
            takes_name = False
        elif word.startswith("-") and not word.startswith("--"):
            found |= set(word[1:]) & {"e", "u"}
            takes_name = word.endswith("o")
    return found


def runs_no_download(script: Script) -> Iterator[Finding]:
    """Nothing just fetched is run unseen: no ``curl ... | sh``, ``bash <(curl ...)``, ``eval "$(curl ...)"``."""
    for node in walk(script.tree()):
        if node.type == "pipeline" and _pipes_into_shell(node):
            yield line_of(node), "what it downloads goes straight into a shell"
        elif node.type == "command" and _evaluates(node) and any(_downloads(child) for child in _substituted(node)):
            yield line_of(node), f"`{name_of(node)}` runs what was just downloaded"


def _pipes_into_shell(pipeline: Node) -> bool:
    fetched = False
    for part in pipeline.named_children:
        if fetched and any(_reads_program(one) for one in walk(part) if one.type == "command"):
            return True
        fetched = fetched or _downloads(part)
    return False


def _reads_program(command: Node) -> bool:
    """Does it run what comes on standard input? ``bash x.sh`` and ``python3 -m json.tool`` read it as data."""
    words = words_of(command)
    if not words or words[0] not in _SHELLS | _INTERPRETERS:
        return False
    rest = words[1:]
    if "-" in rest or (words[0] in _SHELLS and any(re.match(r"-[A-Za-z]*s", word) for word in rest)):
        return True
    if words[0] in _SHELLS:
        return "-c" not in rest and not any(not word.startswith("-") for word in rest)
    return not rest


def _evaluates(command: Node) -> bool:
    return name_of(command) in _SHELLS | {"eval", "source", "."}


def _substituted(command: Node) -> Iterator[Node]:
    for argument in command.children_by_field_name("argument"):
        yield from (one for one in walk(argument) if one.type in ("command_substitution", "process_substitution"))


def _downloads(node: Node) -> bool:
    return any(one.type == "command" and name_of(one) in _DOWNLOADERS for one in walk(node))


def shows_no_secret(script: Script) -> Iterator[Finding]:
    """No secret stands among the arguments of a program, where the process list shows it to every user (proc(5))."""
    root = script.tree()
    own = {text_of(one.child_by_field_name("name")) for one in walk(root) if one.type == "function_definition"}
    for command in (one for one in walk(root) if one.type == "command"):
        name = name_of(command)
        if not name or name in _BUILTINS or name in own:
            continue
        for argument in command.children_by_field_name("argument"):
            for variable in _secrets_in(argument):
                yield (
                    line_of(command),
                    f"${variable} is an argument of `{name}`: everybody reads it in the process list",
                )


def quotes_secrets(script: Script) -> Iterator[Finding]:
    """A secret is always quoted: unquoted it is split and globbed, and one with a star becomes another one."""
    for command in (one for one in walk(script.tree()) if one.type == "command"):
        for argument in command.children_by_field_name("argument"):
            parts = argument.children if argument.type == "concatenation" else [argument]
            for part in parts:
                if part.type in ("simple_expansion", "expansion") and (names := list(_secrets_in(part))):
                    yield line_of(part), f'${names[0]} isn\'t quoted: write "${{{names[0]}}}"'


def _secrets_in(node: Node) -> Iterator[str]:
    """Names of secrets whose value the node expands to; ``${#TOKEN}`` and ``${TOKEN:+x}`` don't."""
    if node.type in ("command_substitution", "process_substitution", "heredoc_body"):
        return  # its commands are judged by themselves
    if node.type in ("simple_expansion", "expansion"):
        names = [child for child in node.children if child.type in ("variable_name", "special_variable_name")]
        text = text_of(node)
        name = text_of(names[0]) if names else ""
        if _SECRET.search(name) and not _TALKS.search(name) and not re.match(r"\$\{#|\$\{\w+:?\+", text):
            yield name
        return
    for child in node.children:
        yield from _secrets_in(child)
