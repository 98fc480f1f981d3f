"""The engine: all rules over one text in one pass, and what was matched made into findings that hold no value."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..model import UsageError
from . import allow, normalise
from .batch import PathGate, TextGate
from .content import Lines, text_of
from .finding import Finding, Hit, fingerprint, mask, shown_path
from .globs import path_pattern
from .hyper import hyper_available
from .ident import stands_alone, word_regex
from .keywords import automaton, fast_available
from .matchers import Matcher, matcher
from .rule import Rule
from .text import Text

#: Part of the cache's key: raise it when the same rules would find something else.
VERSION = 3
#: base64 inside base64 is read so deep.
DEPTH = 2
#: What a token in the name of a file would be.
_LONG = re.compile(r"[0-9A-Za-z_+=-]{16,}")


@dataclass(slots=True)
class Judged:
    """What one text gave."""

    findings: list[Finding] = field(default_factory=list)
    allows: list[allow.Allow] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.findings and not self.allows


class Engine:
    """Compiled once, used for every text.

    Args:
        rules: of any check; their order doesn't matter.
        fast: use the libraries of the extra ``scan``; by default when they are there. The findings are the same.
        hyper: use hyperscan beside them (extra ``fast``); by default when it is there.
    """

    def __init__(self, rules: Iterable[Rule], *, fast: bool | None = None, hyper: bool | None = None) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.check, rule.group, rule.id)))
        self.fast = fast_available() if fast is None else fast
        self.hyper = self.fast and (hyper_available() if hyper is None else hyper)
        self.name = "hyperscan+re2" if self.hyper else "re2+aho-corasick" if self.fast else "stdlib"
        self._by_id: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.id in self._by_id:
                where = self._by_id[rule.id].location
                raise UsageError(f"id {rule.id!r} stands already at {where}: exceptions name ids", rule.location)
            self._by_id[rule.id] = rule
        self._paths = [rule for rule in self.rules if rule.kind == "path"]
        self._matchers: list[Matcher] = [matcher(r, fast=self.fast) for r in self.rules if r.kind != "path"]
        self._prepare()

    def _prepare(self) -> None:
        """Lower-case keywords, each with the rules that asked for it and how they spelled it."""
        targets: dict[bytes, list[tuple[int, bytes | None]]] = {}
        self._always = [number for number, one in enumerate(self._matchers) if not one.keywords]
        for number, one in enumerate(self._matchers):
            for keyword in one.keywords:
                spelled = keyword.encode() if one.spelled else None
                targets.setdefault(keyword.lower().encode(), []).append((number, spelled))
        keywords = sorted(targets)
        self._targets = [targets[keyword] for keyword in keywords]
        self._automaton = automaton(keywords, fast=self.fast, hyper=self.hyper)
        spellings = {word: [spelled for _, spelled in targets[word]] for word in keywords}
        self._texts = TextGate(
            spellings,
            fast=self.fast,
            hyper=self.hyper,
            meant=lambda word, path: self._meant(targets[word], path),
        )
        told = {n for n, one in enumerate(self._matchers) if one.rule.check == "secrets" and one.rule.rank == 0}
        by_name = {word: [spelled for n, spelled in targets[word] if n in told] for word in keywords}
        self._secret_names = TextGate({word: many for word, many in by_name.items() if many}, fast=self.fast)
        self._names = PathGate(self._paths, fast=self.fast)

    def _meant(self, targets: Iterable[tuple[int, bytes | None]], path: str) -> bool:
        return any(self._matchers[number].meant(path) for number, _ in targets)

    def suspects(self, paths: Sequence[str], texts: Sequence[bytes]) -> Sequence[int]:
        """Indices of the files that ``judge`` must see; for the others it would say that they are clean."""
        return range(len(texts)) if self._always else self._texts.suspects(texts, paths)

    def suspect_paths(self, paths: Sequence[str]) -> set[int]:
        """Indices of the paths that ``judge_path`` must see."""
        secret = self._secret_names.suspects([path.encode("utf-8", "surrogateescape") for path in paths])
        return {*self._names.suspects(paths), *(n for n in secret if _LONG.search(paths[n]))}

    @property
    def key(self) -> str:
        """Changes when the findings could: engine version and everything a rule says."""
        facts = "\n".join(repr(rule) for rule in self.rules)
        return hashlib.sha256(f"{VERSION}\n{facts}".encode()).hexdigest()

    def judge(self, path: str, raw: bytes, *, shown: str | None = None) -> Judged | None:
        """Everything wrong with one file, or None for a binary (its path is judged by ``judge_path``)."""
        content = text_of(raw)
        if content is None:
            return None
        hits = self._strongest(self._hits(Text(path, content), 0))
        if not hits and allow.MARK not in content:
            return Judged()
        lines, shown = Lines(content), shown or self.shown(path)
        allows = allow.parse(content, shown)
        if allows:  # an exception names what it allows
            said = allow.spans(content)
            hits = [
                h
                for h in hits
                if self._by_id[h.rule].check != "references" or not any(a <= h.start < b for a, b in said)
            ]
        findings = {self._finding(hit, lines, shown) for hit in hits}
        return Judged(sorted(findings), allows)

    def judge_path(self, path: str) -> list[Finding]:
        """Rules about names of files, and secrets that stand in one."""
        secrets, shown, found = self._secrets_in(path), self.shown(path), []
        for rule in self._paths:
            globs = any(path_pattern(name).match(path) for name in rule.names)
            if (globs or _word_in(rule, path)) and rule.applies(path):
                found.append(self._path_finding(rule, shown, path))
        found += [
            self._path_finding(self._by_id[hit.rule], shown, hit.value, mask(hit.rule, hit.value)) for hit in secrets
        ]
        return found

    def shown(self, path: str) -> str:
        """A path for output: a secret in it is masked there too."""
        for hit in sorted(self._secrets_in(path), key=lambda hit: -len(hit.value)):
            path = path.replace(hit.value, mask(hit.rule, hit.value))
        return shown_path(path)

    def _secrets_in(self, path: str) -> list[Hit]:
        if not _LONG.search(path):
            return []
        text = Text("", path.encode("utf-8", "surrogateescape"), decoded=True)
        hits = self._strongest(self._plain_hits(text))
        return [hit for hit in hits if self._by_id[hit.rule].check == "secrets" and self._by_id[hit.rule].rank == 0]

    def _hits(self, text: Text, depth: int) -> list[Hit]:
        hits = self._plain_hits(text)
        for view in normalise.folded(text.raw):
            hits += self._mapped(text, view, depth, DEPTH)
        if depth < DEPTH:
            for view in normalise.decoded(text.raw, fast=self.fast):
                hits += self._mapped(text, view, depth, depth + 1)
        return hits

    def _mapped(self, text: Text, view: normalise.View, depth: int, deeper: int) -> list[Hit]:
        inner = Text(text.path, view.text, decoded=True)
        found = self._hits(inner, deeper) if view.kind == "base64" else self._plain_hits(inner)
        return [
            Hit(hit.rule, *view.origin(hit.start, hit.end), hit.value, hit.rank + 1, hit.note or view.kind)
            for hit in found
            if self._by_id[hit.rule].decoded
        ]

    def _plain_hits(self, text: Text) -> list[Hit]:
        wanted: dict[int, list[int]] = {n: [] for n in self._always if self._matchers[n].meant(text.path)}
        raw = text.raw
        places: defaultdict[int, list[int]] = defaultdict(list)
        for index, start in self._automaton.find(raw):
            places[index].append(start)
        for index, starts in places.items():
            for number, spelled in self._targets[index]:
                if self._matchers[number].meant(text.path):
                    here = starts if spelled is None else [at for at in starts if raw.startswith(spelled, at)]
                    if here:
                        wanted.setdefault(number, []).extend(here)
        hits: list[Hit] = []
        for number in sorted(wanted):
            one = self._matchers[number]
            if one.rule.generated or not text.minified:
                hits += one.find(text, wanted[number])
        return hits

    def _strongest(self, hits: Sequence[Hit]) -> list[Hit]:
        """Of hits that overlap, the one whose rule knows most: a secret is one secret, a reference one of its group."""
        kept: list[Hit] = []
        taken: dict[str, list[tuple[int, int]]] = {}
        for hit in sorted(hits, key=lambda hit: (hit.rank, hit.start, -hit.end, hit.rule)):
            rule = self._by_id[hit.rule]
            spans = taken.setdefault("secrets" if rule.check == "secrets" else rule.group, [])
            if not any(hit.start < end and start < hit.end for start, end in spans):
                spans.append((hit.start, hit.end))
                kept.append(hit)
        return kept

    def _finding(self, hit: Hit, lines: Lines, shown: str) -> Finding:
        rule = self._by_id[hit.rule]
        line, column = lines.place(hit.start)
        end_line, end_column = lines.place(hit.end)
        if end_line != line:
            end_column = len(lines.line_of(hit.start).decode("utf-8", "replace")) + 1
        if rule.check == "secrets":
            what, identity = mask(rule.id, hit.value), hit.value
        else:
            what, identity = repr(shown_path(hit.value)[:80]), f"{shown}\0{hit.value}"
        how = {"base64": ", encoded in base64", "folded": ", written with look-alike characters"}.get(hit.note, "")
        message = f"{rule.statement.rstrip('.')}: {what}{how}"
        print_ = fingerprint(rule.id, identity)
        return Finding(
            shown, line, column, max(end_column, column + 1), rule.id, rule.check, rule.group, rule.severity, print_,
            message, rule.mend,
        )  # fmt: skip

    def _path_finding(self, rule: Rule, shown: str, value: str, masked: str = "") -> Finding:
        message = f"{rule.statement.rstrip('.')}: {masked or 'the name of the file'}"
        return Finding(
            shown,
            1,
            1,
            2,
            rule.id,
            rule.check,
            rule.group,
            rule.severity,
            fingerprint(rule.id, value),
            message,
            rule.mend,
        )


def _word_in(rule: Rule, path: str) -> bool:
    raw = path.encode("utf-8", "surrogateescape")
    return any(
        stands_alone(raw, found.start(), found.end())
        for word in rule.words
        for found in re.finditer(word_regex(word).encode(), raw)
    )
