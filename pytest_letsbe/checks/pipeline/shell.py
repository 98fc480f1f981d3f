"""Shell scripts of steps: where a failing command is made to look green, and which commands there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

#: Their failure says nothing about the code: tidying up, waiting, looking.
_HARMLESS = re.compile(
    r"(?:sudo\s+)?(?:rm|rmdir|mkdir|kill|pkill|killall|wait|umount|echo|printf|cat|tail|head|ls|sleep|cd|unset|command|which|type"
    r"|docker\s+(?:rm|stop|kill|logs|network|volume|rmi|container\s+(?:rm|stop)|compose\s+(?:[^|;&]*\s)?(?:down|stop|logs|rm))"
    r"|docker-compose\s+(?:down|stop|logs|rm)|git\s+(?:config|remote|branch|tag|fetch)|curl|wget|gh|tea|cp|mv|tar|du|df|free|ps)\b"
)
_SWALLOWED = re.compile(
    r"\|\|\s*(?P<then>true\b|:(?=\s|$|;|\))|/bin/true\b|exit\s+0\b|return\s+0\b|echo\b|printf\b)(?P<rest>.*)"
)
_GROUP = re.compile(r"\|\|\s*[{(](?P<body>[^{}()]*)[})]")
_KEPT = re.compile(r"\|\|\s*(?P<name>\w+)=")
_FAILS = re.compile(r"\b(?:exit|return)\s+(?:[1-9]|\"?\$)|\bfalse\b|\bkill\b")
_TEE = re.compile(r"(?P<left>[^|;&]*[^|;&\s])\s*(?<!\|)\|&?\s*(?P<right>tee|cat|ts)\b")
_DONE = re.compile(r"(?:;|&&|&)\s*(?:exit\s+0|true|:)\s*$")
_OFF = re.compile(r"\bset\s+(?:\+\w*e\w*|\+o\s+errexit)\b")
_SOFT = re.compile(r"(?<!\S)--(?:exit-zero|soft-fail)\b")
#: A test runner, a linter, a scanner: what judges the code, and nothing that could be asked or started for another end.
_TOOL = (
    r"(?:(?:npm|pnpm|yarn|bun)\s+(?:run\s+|exec\s+)?(?:test|lint|typecheck|audit)(?!:serve|:dev|-server)|pytest\b|python3?\s+-m\s+pytest"
    r"|(?:npx\s+)?(?:vitest|jest|eslint|tsc)\b|tox\b|nox\b|ruff\b|mypy\b|letsbe\b|gitleaks\b|trivy\b|shellcheck\b"
    r"|cargo\s+(?:test|clippy)|go\s+(?:test|vet))"
)
_TESTS = re.compile(rf"\s*{_TOOL}")
_OWN_JUDGEMENT = re.compile(rf"(?:if\s+(?:!\s*)?|!\s+){_TOOL}")
_BACKGROUND = re.compile(rf"(?:^|[;&]\s*){_TOOL}[^;&|]*(?<![&>|])&\s*$")
_HELD = re.compile(r"(?P<outer>echo|printf|export|local|declare|readonly)\b[^;&|]*?\$\((?P<inner>[^()]*)\)")
_OPEN = re.compile(r"(?:^|[;&|]\s*|\b(?:then|do|else)\s+)(?:if|for|while|until|case|select)\b|(?:^|\s)\{\s*$|\(\)\s*\{")
_CLOSE = re.compile(r"(?:^|[;&|]\s*)(?:fi|done|esac|\})(?=$|[\s;)&|])")


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: ``number`` (from 0) is where it starts, ``depth`` how many ifs and loops it stands in."""

    number: int
    text: str
    depth: int


@dataclass(frozen=True, slots=True)
class Swallow:
    """A place where an exit code is lost."""

    number: int
    text: str
    why: str


def lines(script: str) -> list[Line]:
    """Logical lines without comments, here-documents left out."""
    found: list[Line] = []
    pending, start, depth, until = "", 0, 0, ""
    for number, raw in enumerate(script.splitlines()):
        if until:
            until = "" if raw.strip() == until else until
            continue
        text = _uncommented(raw).strip()
        start = number if not pending else start
        pending += (" " if pending else "") + text.removesuffix("\\").rstrip()
        if text.endswith(("\\", "||", "&&", "|")):
            continue
        closing = len(_CLOSE.findall(pending))
        opening = len(_OPEN.findall(pending))
        if pending:
            found.append(Line(start, pending, max(0, depth - (closing if closing > opening else 0))))
        depth = max(0, depth + opening - closing)
        if heredoc := re.search(r"<<-?\s*['\"]?(\w+)['\"]?", pending):
            until = heredoc[1]
        pending = ""
    return [*found, Line(start, pending, depth)] if pending else found


def swallows(script: str, shell: str) -> Iterator[Swallow]:
    """Every place where a command's failure doesn't end the script with a failure.

    ``shell`` is the step's; the server's own default stops at the first failing command (``-e``) and has no
    pipefail, ``bash`` by name has both (docs.gitea.com, GitHub's workflow syntax: jobs.<id>.steps[*].shell).
    """
    whole = lines(script)
    strict = "{0}" not in shell or bool(re.search(r"(?:^|\s)-\w*e|errexit", shell))
    pipefail = shell == "bash" or "pipefail" in shell
    later_exit = [line.number for line in whole if _FAILS.search(line.text)]
    waits = any(re.match(r"wait\b", line.text) for line in whole)
    for index, line in enumerate(whole):
        if re.search(r"\bset\s+-\w*e|\bset\s+-o\s+errexit", line.text):
            strict = True
        pipefail = pipefail or "pipefail" in line.text
        passed_on = any(number > line.number for number in later_exit)
        yield from _of_line(line, pipefail=pipefail, passed_on=passed_on)
        yield from _of_tool(line, passed_on=passed_on or (waits and _BACKGROUND.search(line.text) is not None))
        if not strict and index < len(whole) - 1 and line.depth == 0 and not _HARMLESS.match(line.text):
            yield Swallow(line.number, line.text, f"shell {shell!r} goes on after a command that failed")
            strict = True


def _of_line(line: Line, *, pipefail: bool, passed_on: bool) -> Iterator[Swallow]:
    text = line.text
    for found in _SWALLOWED.finditer(text):
        if _judged(text[: found.start()]) and not _FAILS.search(found["rest"]):
            yield Swallow(line.number, text, f"|| {found['then']} makes it succeed whatever it found")
    for found in _GROUP.finditer(text):
        if (
            _judged(text[: found.start()])
            and not _FAILS.search(found["body"])
            and not _FAILS.search(text[found.end() :])
        ):
            yield Swallow(line.number, text, "the group after || ends without a failure")
    kept = _KEPT.search(text)
    if kept and _judged(text[: kept.start()]) and not passed_on and not _FAILS.search(text[kept.end() :]):
        yield Swallow(line.number, text, f"the exit code in {kept['name']} is never passed on")
    piped = _TEE.search(text)
    if piped and not pipefail and not _HARMLESS.match(_first(piped["left"])):
        yield Swallow(line.number, text, f"the exit code of a pipe is that of {piped['right']}: pipefail isn't set")
    if _OFF.search(text) and not passed_on:
        yield Swallow(line.number, text, "set +e lets the script go on after a failure, and nothing passes it on")
    ends = line.depth == 0 and re.fullmatch(r"exit\s+0", text)
    if ends or _DONE.search(text) or re.search(r"\btrap\b.*\bexit\s+0\b", text):
        yield Swallow(line.number, text, "it ends with success, whatever went before")
    if soft := _SOFT.search(text):
        yield Swallow(line.number, text, f"{soft[0]} makes the tool succeed whatever it finds")


def _of_tool(line: Line, *, passed_on: bool) -> Iterator[Swallow]:
    """Ways to lose the exit code of a tool that judges the code."""
    text = line.text
    if _OWN_JUDGEMENT.match(text) and not passed_on and not _FAILS.search(text):
        yield Swallow(line.number, text, "the failure of a condition ends nothing, and no branch passes it on")
    if _BACKGROUND.search(text) and not passed_on:
        yield Swallow(line.number, text, "a command in the background can fail unnoticed: nothing waits for it")
    if (
        (held := _HELD.match(text))
        and not _HARMLESS.match(held["inner"].strip())
        and _TESTS.match(held["inner"])
        and "--version" not in text
    ):
        yield Swallow(line.number, text, f"the exit code inside $(...) is lost: it is that of {held['outer']}")


def commands(script: str) -> Iterator[tuple[int, list[str]]]:
    """Simple commands as words, each with its line; what can't be split is left out."""
    for line in lines(script):
        for part in re.split(r"\|\||&&|[;|&]|\$\(|[()`]", re.sub(r"\d?>&\d|&>+", " ", line.text)):
            try:
                words = shlex.split(part, comments=False)
            except ValueError:
                words = part.split()
            while words and (re.match(r"\w+=", words[0]) or words[0] in _PREFIXES):
                words = words[1:]
            if words:
                yield line.number, words


_PREFIXES = frozenset(
    {
        "sudo",
        "then",
        "do",
        "else",
        "if",
        "while",
        "!",
        "{",
        "time",
        "exec",
        "env",
        "command",
        "nice",
        "retry",
        "corepack",
    }
)


def _judged(before: str) -> bool:
    """Whether the command before ``||`` judges something; one inside ``$(...)`` only yields text."""
    if before.count("$(") > before.count(")") or before.count("`") % 2:
        return False
    return not _HARMLESS.match(_first(before))


def _first(before: str) -> str:
    command = re.split(r"\|\||&&|[;|]|\b(?:then|do|else)\b", before.rstrip())[-1].strip().lstrip("({! ")
    return re.sub(r"^(?:\w+=\S*\s+)+", "", command)


def _uncommented(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index]
    return line
