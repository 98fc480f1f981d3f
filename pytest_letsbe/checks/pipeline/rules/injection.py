"""The rule that no text of a stranger becomes part of a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....model import Invariant
from ..finding import Finding, Rule
from ..repo import Repo
from ..workflows import Step, Workflow, mapping, text

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_EVENT = re.compile(r"\b(?:github|gitea)\.(?:event\.(?P<field>[\w.*\[\]'-]+)|(?P<ref>head_ref))")
#: Numbers, ids and commits hold no shell text.
_PLAIN = re.compile(
    r"(?:.*\.)?(?:number|id|node_id|sha|merge_commit_sha|before|after|draft|merged|fork|private|size|run_number|run_id|run_attempt"
    r"|created|deleted|forced|additions|deletions|changed_files|commits)\Z|(?:action|schedule|repository\.\w+)\Z"
)
_INPUT = re.compile(r"\b(?:inputs|github\.event\.inputs|gitea\.event\.inputs)(?:\.([\w-]+)|\['([^']+)'\])")
_ENV = re.compile(r"\benv\.([A-Za-z_]\w*)")
_SAFE_TYPES = frozenset({"boolean", "number", "choice", "environment"})


def _injected(repo: Repo) -> Iterator[Finding]:
    for workflow in repo.every:
        for step in workflow.steps():
            scripts = [("run", step.run)]
            if "github-script" in step.uses:
                scripts.append(("with", text(mapping(step.data.get("with")).get("script"))))
            for key, script in scripts:
                for found in _EXPRESSION.finditer(script):
                    if what := _tainted(found[1], step):
                        number = script.count("\n", 0, found.start())
                        where = step.at_run_line(number) if key == "run" else step.at(key)
                        sentence = f"job {step.job.id} puts {what} into a script: who writes it runs commands"
                        yield Finding(where, sentence, 'pass it through env: and use it as "$NAME"')


def _tainted(expression: str, step: Step) -> str:
    """The stranger's text in an expression, or nothing."""
    if re.fullmatch(r"\s*(?:!|contains\(|startsWith\(|endsWith\().*", expression, re.DOTALL):
        return ""  # true or false
    for name in (a or b for a, b in _INPUT.findall(expression)):
        if _free_text(name, step.job.workflow):
            return f"input {name}"
    for found in _EVENT.finditer(expression):
        field = found["field"] or ""
        if found["ref"]:
            return found[0]
        if not field.startswith("inputs") and not _PLAIN.match(field):
            return found[0]
    for name in _ENV.findall(expression):
        for holder in (step.data, step.job.data, step.job.workflow.data):
            value = text(mapping(holder.get("env")).get(name))
            for inner in _EXPRESSION.findall(value):
                if "env." not in inner and (what := _tainted(inner, step)):
                    return f"{what} (as env.{name})"
    return ""


def _free_text(name: str, workflow: Workflow) -> bool:
    """Whether an input may hold any text; boolean, number and choice can't."""
    for event in ("workflow_dispatch", "workflow_call"):
        declared = mapping(workflow.triggers.get(event, {}).get("inputs")).get(name)
        if isinstance(declared, dict):
            return text(declared.get("type")) not in _SAFE_TYPES
    return True


RULES = (
    Rule(
        Invariant(
            "no-injection",
            "No input, and no text of an event, is put into a script as an expression.",
            "PL22; CWE-94; GitHub Security Lab: untrusted input",
        ),
        _injected,
    ),
)
