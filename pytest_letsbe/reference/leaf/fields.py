"""What only its name tells: a value beside `password`, whatever the syntax of the field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .shapes import Span

_HINT = re.compile(
    r"pass|pwd|secret|token|key|auth|cookie|cred|phrase|otp|ssn|bsn|cpf|phone|iban|number|tax|national", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_AFTER = frozenset({"hash", "hashed", "value", "base", "new", "old", "prod", "dev", "test"})
_SECRET = re.compile(
    r"(?:^| )(?:password|passwd|passwort|pwd|passcode|secret|token|apikey|authkey|credentials?|authorization"
    r"|auth|jwt|otp|(?:auth|session|login) cookie|(?:session|cookie) id|session"
    r"|(?:access|account|admin|api|app|auth|client|deploy|deployer|encryption|global|gpg|license|master|private|secret"
    r"|server|shared|signing|ssh|storage|stream|wallet|webhook) key)$"
)
_PHRASE = re.compile(r"(?:^| )(?:pass ?phrase|seed phrase|mnemonic)$")
_NUMBER = re.compile(
    r"(?:^| )(?:ssn|bsn|cpf|phone|mobile|iban|passport mrz|(?:insurance|security|card|phone|tax) number"
    r"|(?:tax|national) id)$"
)
_SORTS = (("secret", _SECRET), ("phrase", _PHRASE), ("number", _NUMBER))


@lru_cache(maxsize=4096)
def sort_of(name: str) -> str:
    """``secret``, ``phrase``, ``number``, or nothing when the name says nothing of a secret."""
    if not _HINT.search(name):
        return ""
    words = [word.lower() for word in _WORD.findall(name[-80:])]
    while len(words) > 1 and words[-1] in _AFTER:
        words.pop()
    joined = " ".join(words)
    return next((sort for sort, pattern in _SORTS if pattern.search(joined)), "")


_REFERENCE = re.compile(
    r"\$[{(A-Za-z_]\w*[})]?\Z|\$\{|\{\{|\{[\w.]+\}|<|%[A-Z_]+%"
    r"|(?:process\.env|os\.environ|env|secrets|config|self|this)[.\[(]|\.{0,2}/"
    r"|(?:vault|op|env|ref|file|arn):|oc-sent-v",
)
_PLAIN_WORD = re.compile(r"[a-z]*|[A-Za-z]?[a-z]+(?:[-_ ][a-z]+)?|[A-Z_]+")
_ENCODED = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/-]{10,}={0,2}")
_CALL = re.compile(r"[A-Za-z_][\w.]*[(\[]")


def plausible(value: str, sort: str) -> bool:
    """Whether the value can be a secret: no mask, no reference, no type, no word about secrets."""
    if len(value) < 3 or "***" in value or _REFERENCE.match(value) or not any(map(str.isalnum, value)):
        return False
    if sort == "phrase":
        return True
    if sort == "number":
        return sum(map(str.isdigit, value)) >= 5 or "<<" in value or _ENCODED.fullmatch(value) is not None
    return not _PLAIN_WORD.fullmatch(value) and not _CALL.match(value) and not (value.isdigit() and len(value) < 6)


_FIELD = re.compile(
    r"(?<![\w$.-])(?P<name>[\w$.-]++)(?:\\*[\"'`])?[ \t]*(?:=>|:=|=(?![=>])|:(?![:/=]))[ \t]*(?P<open>\\*[\"'`])?"
)
_OPTION = re.compile(
    r"(?<![\w-])--(?P<name>[A-Za-z][\w-]{1,60})[ \t]+(?=[^\s-])|\blogin \S{1,200} (?P<netrc>password) "
)
_ELEMENT = re.compile(r"<(?P<name>[\w:.-]{1,80})(?:\s[^<>]{0,200})?>(?:<!\[CDATA\[)?(?P<value>[^<]{3,8000})(?=<|\]\]>)")
_PART = re.compile(
    r"name=\"(?P<name>[\w.-]{2,80})\"[^\r\n]{0,200}\r?\n(?:[\w-]+:[^\r\n]{0,200}\r?\n){0,4}\r?\n(?P<value>(?:(?!\r?\n--)[\s\S]){1,8000})"
)


def find(text: str) -> Iterator[Span]:
    """The values of all telling names."""
    if not _HINT.search(text):
        return
    past = 0
    for match in _FIELD.finditer(text):
        sort = sort_of(match["name"]) if match.start() >= past else ""
        if sort:
            start, end = _value(text, match.end(), match["open"] or "", sort)
            if plausible(text[start:end], sort):
                past = end
                yield start, end
    for pattern, trigger in ((_OPTION, " "), (_ELEMENT, "</"), (_PART, "form-data")):
        for match in pattern.finditer(text) if trigger in text else ():
            groups = match.groupdict()
            sort = sort_of(match["name"] or groups.get("netrc") or "")
            if sort:
                start, end = match.span("value") if "value" in groups else _value(text, match.end(), "", sort)
                if plausible(text[start:end], sort):
                    yield start, end


_INSIDE = {
    '"': re.compile(r'(?:[^"\\\n]|\\.|"")*+', re.DOTALL),
    "'": re.compile(r"""(?:[^'\\\n]|'\\''|'"'"'|\\.|'')*+""", re.DOTALL),
    "`": re.compile(r"(?:[^`\\\n]|\\.)*+", re.DOTALL),
}
_LINES = {
    '"': re.compile(r'(?:[^"\\]|\\.){0,8000}+', re.DOTALL),
    "'": re.compile(r"""(?:[^'\\]|'\\''|\\.){0,8000}+""", re.DOTALL),
}
_SCHEME = re.compile(r"(?:Basic|Bearer|Token|Digest|ApiKey)[ \t]+(?=\S)", re.IGNORECASE)
_BARE = re.compile(r"[^\s\"'`<>]{1,8192}+")
_STOP = re.compile(r"&[\w.%-]+=|;(?=\s|\Z|[\w.-]{1,40}(?: [A-Z]\w*)?=)|,\Z|[|]|\\[nrt](?!\w)|\\+\Z|[:,)}\]]+\Z")
_PHRASE_END = re.compile(r"&[\w.%-]+=|[ \t]+(?:--?[A-Za-z]|[\w.-]{1,40}=)|[ \t]+\(|[\"'`<>|,;\r\n]|\\[nr\"']|\Z")
_NUMBER_VALUE = re.compile(r"[+(]{0,2}[0-9][0-9 ().\-/]{4,28}[0-9][A-Za-z]?(?![A-Za-z])|[A-Z0-9<]{44}\s[A-Z0-9<]{44}")
_WRAPPED = re.compile(r"[A-Za-z0-9+/]{60,76}(?:\r?\n[ \t+>]*[A-Za-z0-9+/]+={0,2}(?=[ \t]*[\r\n\"']|\Z))+")
_HEADER, _HEADER_VALUE = re.compile(r"[\w-]{1,80}:[ \t]*\Z"), re.compile(r"[^\r\n]+(?=\r\n)")
_BLOCK = re.compile(r"[|>][+-]?[ \t]*\r?\n([ \t]+)")


def _value(text: str, at: int, opened: str, sort: str) -> Span:
    """Where the value begins and ends."""
    if len(opened) > 1:  # escaped quotes: to the next that is escaped as often
        end = text.find(opened, at, at + 20_000)
        return at, end if end >= 0 else at
    if opened:
        end = _closing(text, at, opened)
        scheme = _SCHEME.match(text, at, end)
        return (scheme.end() if scheme else at), end
    header = _HEADER.match(text, text.rfind("\n", 0, at) + 1, at)
    if header is not None and (line := _HEADER_VALUE.match(text, at)):
        return line.span()
    block = _BLOCK.match(text, at)
    if block is not None:
        lines = re.compile(rf"(?:(?:{block[1]}.*|[ \t]*)(?:\n|\Z)){{1,400}}").match(text, block.start(1))
        return block.end(), block.start(1) + len(lines[0].rstrip()) if lines else block.end()
    wrapped = _WRAPPED.match(text, at)
    if wrapped is not None:
        return wrapped.span()
    number = _NUMBER_VALUE.match(text, at) if sort == "number" else None
    if number is not None:
        return number.span()
    if sort == "phrase":
        stop = _PHRASE_END.search(text, at, at + 400)
        return at, stop.start() if stop else min(len(text), at + 400)
    scheme = _SCHEME.match(text, at)
    start = scheme.end() if scheme else at
    bare = _BARE.match(text, start)
    if bare is None:
        return start, start
    stop = _STOP.search(bare[0])
    return start, start + (stop.start() if stop else len(bare[0]))


def _closing(text: str, at: int, quote: str) -> int:
    """The end of a string literal, on its line or, when it closes there, some lines below."""
    inside = _INSIDE[quote].match(text, at)
    end = inside.end() if inside else at
    if quote in _LINES and text[end : end + 1] == "\n":
        lines = _LINES[quote].match(text, at)
        if lines is not None and re.compile(rf"{quote}(?=\s|[,;)\]}}>]|\Z)").match(text, lines.end()):
            return lines.end()
    return end
