"""Which files are what the suite itself wrote: its reports quote findings, and would be findings again."""

from __future__ import annotations

import re

#: One alternative for each output of a run, `letsbe scan`, `letsbe merge` and `letsbe metrics`.
_MARKS = re.compile(
    rb'"schema":\s*"letsbe-[a-z]+/'
    rb'|"driver":\s*\{\s*"name":\s*"letsbe"'
    rb'|<testsuites name="letsbe"'
    rb'|<property name="letsbe\.check"'  # of pytest --junit-xml
    rb"|<title>letsbe: "
    rb"|^#{2,3} letsbe(?: scan)?: "
    rb'|\A\{\s*"findings":\s*\['
    rb"|^(?:no|\d+) findings in [\d,]+ files, "
    rb'|"payloadType":\s*"application/vnd\.in-toto\+json"'
    rb'|"predicateType":\s*"https://pytest-letsbe\.',
    re.MULTILINE,
)


def is_own_output(raw: bytes) -> bool:
    """Whether these bytes are a report of ours. Ask it only of a file that git doesn't track: it can't be pushed."""
    return _MARKS.search(raw) is not None
