"""Names in their places: packages in manifests and lock files, images where they are pulled, imports in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import packages
from .globs import longest_literal
from .text import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A name and where it stands; ``system`` is ``npm``, ``pypi`` or empty."""

    name: str
    start: int
    end: int
    system: str = ""


def ecosystem(glob: str) -> tuple[str, str]:
    """``npm:n8n*`` is a glob for npm only."""
    system, colon, name = glob.partition(":")
    return (system, name) if colon and system in ("npm", "pypi", "go", "gem", "cargo") else ("", glob)


#: What stands before the name of an import: a quote, or the `node:` of a built-in; white space or a comma in Python.
_BEFORE = {"npm": ('"', "'", "`", ":"), "pypi": (" ", "\t", ",")}


def keywords(kind: str, glob: str) -> tuple[str, ...]:
    """What stands in every text in which ``extract`` finds a name that the glob matches, lower-case."""
    system, name = ecosystem(glob)
    literal = longest_literal(name)
    if kind != "import" or not literal or not name.startswith(literal):
        return (literal.lower(),)
    before = _BEFORE.get(system) or (*_BEFORE["npm"], *_BEFORE["pypi"])
    return tuple(mark + literal.lower() for mark in before)


def meant(kind: str, path: str) -> bool:
    """Could ``extract`` find a name of this kind in a file of this path?"""
    if kind == "import":
        return path.lower().endswith((*_JS_ENDINGS, *_PY_ENDINGS))
    return kind != "package" or packages.named_in(path)


def extract(kind: str, text: Text, positions: Iterable[int]) -> Iterator[Place]:
    """Every name of that kind near the positions; the path tells the format. Each line is read once, for all rules."""
    if kind == "package":
        yield from _once(text, kind, 0, len(text.raw))
        return
    done = set()
    for position in positions:
        start, end = _line(text.raw, position)
        if kind == "import" and not text.name.endswith(_PY_ENDINGS):  # `from` and the name stand side by side
            start, end = max(start, position - 80), min(end, position + 220)
        if start not in done:
            done.add(start)
            yield from _once(text, kind, start, end)


def _once(text: Text, kind: str, start: int, end: int) -> Sequence[Place]:
    key = f"{kind}:{start}"
    if key not in text.places:
        text.places[key] = tuple(_EXTRACTORS[kind](text, start, end))
    return text.places[key]


def _line(raw: bytes, position: int) -> tuple[int, int]:
    """The line of a position, with the lines before it that end in a backslash."""
    start = raw.rfind(b"\n", max(0, position - 2000), position) + 1 or max(0, position - 2000)
    while start > 1 and raw[start - 2 : start - 1] == b"\\":
        start = raw.rfind(b"\n", 0, start - 1) + 1
    end = raw.find(b"\n", position)
    return start, min(len(raw) if end < 0 else end, position + 2000)


_REF = rb"(?P<name>[A-Za-z0-9][\w./:@-]*)"
_IMAGE_PATTERNS = [
    re.compile(source, re.MULTILINE | re.IGNORECASE)
    for source in (
        rb"^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?" + _REF,
        rb"^[ \t]*COPY[ \t]+--from=" + _REF,
        rb"^[ \t]*-?[ \t]*[\"']?(?:image|container|baseImage|IMAGE)[\"']?[ \t]*[:=][ \t]*[\"']?" + _REF,
        rb"docker://" + _REF,
        rb"^[ \t]*-?[ \t]*repository[ \t]*:[ \t]*[\"']?" + _REF,
        rb"\b(?:docker|podman|nerdctl)(?:[ \t]+(?:image|container))?[ \t]+(?:pull|push|create|run(?:[ \t]+(?:--?[\w-]+(?:=\S+|[ \t]+[^\s-]\S*)?))*)[ \t]+[\"']?"  # noqa: E501
        + _REF,
    )
]
_SHELL_ARGUMENTS = re.compile(
    rb"\b(?:docker|podman|nerdctl)[ \t]+(?:image[ \t]+|container[ \t]+)?(?:run|create|pull|push)[ \t]+(?P<rest>[^\n;|&]+(?:\\\n[^\n;|&]+)*)"  # noqa: E501
)


def _images(text: Text, low: int, high: int) -> Iterator[Place]:
    seen: set[int] = set()
    for pattern in _IMAGE_PATTERNS:
        for found in pattern.finditer(text.raw, low, high):
            if found.start("name") not in seen:
                seen.add(found.start("name"))
                yield from _image(found["name"], found.start("name"))
    for found in _SHELL_ARGUMENTS.finditer(text.raw, low, high):
        for word in re.finditer(
            rb"(?<![\w./:=-])[a-z0-9][\w.-]*/[\w./:@-]+|(?<=\s)[a-z0-9][\w.-]*:[\w.-]+", found["rest"]
        ):
            start = found.start("rest") + word.start()
            if start not in seen:
                seen.add(start)
                yield from _image(word[0], start)


def _image(raw: bytes, start: int) -> Iterator[Place]:
    """The reference as written, and without the registry that everybody leaves out."""
    whole = raw.decode("utf-8", "replace")
    for name in dict.fromkeys(
        (whole, re.sub(r"^(?:docker\.io/|index\.docker\.io/|registry-1\.docker\.io/)?(?:library/)?", "", whole))
    ):
        yield Place(name, start, start + len(raw))


_JS_IMPORT = re.compile(
    rb"(?:\bfrom|\bimport|\brequire(?:\.resolve)?[ \t]*\(|\bimport[ \t]*\()[ \t]*[\"'`](?P<name>[^\"'`\n]{1,200})[\"'`]"
)
_PY_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<name>[A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+(?P<names>[A-Za-z_][\w., \t]*))",
    re.MULTILINE,
)
_PY_ENDINGS = (".py", ".pyi")
_JS_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro")


def _imports(text: Text, low: int, high: int) -> Iterator[Place]:
    line = text.raw[low:high]
    if b"import" not in line and b"from" not in line and b"require" not in line:
        return
    if text.name.endswith(_JS_ENDINGS):
        for found in _JS_IMPORT.finditer(text.raw, low, high):
            specifier = found["name"].decode("utf-8", "replace")
            parts = specifier.removeprefix("node:").split("/")
            name = "/".join(parts[: 2 if specifier.startswith("@") else 1])
            yield Place(name, found.start("name"), found.start("name") + len(name.encode()), "npm")
    elif text.name.endswith(_PY_ENDINGS):
        for found in _PY_IMPORT.finditer(text.raw, low, high):
            if found["name"]:
                top = found["name"].split(b".")[0]
                yield Place(top.decode(), found.start("name"), found.start("name") + len(top), "pypi")
                continue
            for one in re.finditer(rb"[A-Za-z_]\w*(?=[\w.]*(?:\s+as\s+\w+)?\s*(?:,|$))", found["names"]):
                start = found.start("names") + one.start()
                yield Place(one[0].decode(), start, start + len(one[0]), "pypi")


def _packages(text: Text, low: int, high: int) -> Iterator[Place]:
    for name, start, end, system in packages.extract(text):
        yield Place(name, start, end, system)


_EXTRACTORS: dict[str, Callable[[Text, int, int], Iterator[Place]]] = {
    "image": _images,
    "import": _imports,
    "package": _packages,
}
