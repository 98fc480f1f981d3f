"""``letsbe init``: letsbe.yaml, a shim to fill in, and CI workflows for this package, without a question."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..checks import Checks
from ..manifest import FILENAME, json_schema, required_checks
from ..model import UsageError
from ..starter.files import write
from ..starter.shims import write_shim
from ..suggest import did_you_mean

SCHEMA = Path(".letsbe/letsbe.schema.json")

#: What a check drives, for the shim line of each language.
_TARGETS = {
    "node": {"redactor": "{run: [node, letsbe/redactor.mjs]}"},
    "python": {"redactor": '{python: "letsbe_redactor:redact"}'},
    "shell": {"redactor": "{run: [bash, letsbe/redactor.sh]}"},
}
#: Checks that need a file or a server of the package's own first: their entries are written as comments to fill in.
_TO_FILL_IN = {
    "gating": "{target: gate, policy: letsbe-gating.yaml}  # target gate: {run: [...]}; docs/gating.md",
    "hooks": "{openclaw: 2026.9.6, plugin: dist/plugin, entries: [gateway, agent-local]}  # docs/hooks.md",
    "egress": "{target: proxy, policy: egress-policy.yaml}  # target proxy: {start: [...], url: ...}",
    "perf": "{target: proxy, budget: perf-budget.yaml}  # docs/perf.md",
    "contract": "{spec: openapi.yaml, target: api}  # target api: {start: [...], url: ...}; docs/contract.md",
    "migrations": "{}  # docs/migrations.md",
    "templates": "{files: [templates/**], variables: templates/variables.yaml}  # docs/templates.md",
    "smoke": "{run: [bash, scripts/provision.sh]}  # docs/smoke.md",
    "onboarding": "{target: onboarding}  # docs/website.md",
    "pricing": "{target: pricing}  # docs/website.md",
}
_UNIT = {
    "node": "{run: npx vitest run --reporter=junit --outputFile=reports/unit.xml, junit: reports/unit.xml}",
    "python": "{run: python -m pytest tests --junit-xml=reports/unit.xml, junit: reports/unit.xml}",
    "shell": "{run: bats --report-formatter junit --output reports tests, junit: reports/report.xml}",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="PACKAGE", help="which package this is; else the folder's name tells"
    )
    parser.add_argument("--package", help="the same")
    parser.add_argument("--force", action="store_true", help="overwrite a letsbe.yaml and CI files that stand")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--ci", action="store_true", help="write the CI files alone, beside a letsbe.yaml that stands")
    which.add_argument("--no-ci", action="store_true", help="write letsbe.yaml alone")


def run(options: argparse.Namespace) -> int:
    folder = Path.cwd()
    if options.name and options.package and options.name != options.package:
        raise UsageError(f"{options.name!r} or {options.package!r}? A folder holds one package")
    if options.ci:
        print("\n".join(write(folder, _language(folder), force=options.force)))
        return 0
    target = folder / FILENAME
    if target.exists() and not options.force:
        raise UsageError(f"{FILENAME} stands already; --force overwrites it")
    package = options.name or options.package or _guess(folder.name)
    if package not in required_checks():
        if options.name or options.package:
            raise UsageError(f"no package is called {package!r}{did_you_mean(package, required_checks())}")
        known = "|".join(required_checks())
        raise UsageError(f"the folder's name, {package!r}, tells no package: say `letsbe init {known}`")
    target.write_text(manifest_for(package, _language(folder)), encoding="utf-8")
    (folder / SCHEMA).parent.mkdir(exist_ok=True)
    (folder / SCHEMA).write_text(json.dumps(json_schema(Checks()), indent=2) + "\n", encoding="utf-8")
    if not options.no_ci:
        print("\n".join(write(folder, _language(folder), force=options.force)))
    print(f"wrote {FILENAME} for {package}")
    if "redaction" in required_checks()[package] and (shim := write_shim(folder, _language(folder))):
        print(f"wrote {shim}, which redacts nothing yet: put your own function into it")
    print("Next: pytest -p letsbe -x")
    return 0


def manifest_for(package: str, language: str) -> str:
    """The text of a first manifest: suites that exist, evidence for the rest as comments to fill in."""
    required = required_checks()[package]
    suites = {name: check for name, check in Checks().items() if name in required and name not in _TO_FILL_IN}
    roles = sorted({check.role for check in suites.values() if check.role})
    lines = [f"# yaml-language-server: $schema={SCHEMA.as_posix()}", "version: 1", f"package: {package}"]
    if roles:
        lines += ["targets:", *(f"  {role}: {_TARGETS[language][role]}" for role in roles)]
    lines.append("checks:")
    for name in required:
        if name in suites:
            lines.append(f"  {name}: " + (f"{{target: {suites[name].role}}}" if suites[name].role else "{}"))
    lines.append("  pipeline: {}")
    lines += [f"  # {name}: {_TO_FILL_IN[name]}" for name in required if name in _TO_FILL_IN]
    lines += [
        f"  # {name}: {_UNIT[language] if name == 'unit' else '{run: make ' + name + '}'}"
        for name in required
        if name not in suites and name not in _TO_FILL_IN
    ]
    return "\n".join(lines) + "\n"


def _guess(name: str) -> str:
    packages = required_checks()
    return next((package for package in packages if package in name), "egress-proxy" if "proxy" in name else name)


def _language(folder: Path) -> str:
    if (folder / "package.json").exists():
        return "node"
    return "python" if (folder / "pyproject.toml").exists() or any(folder.glob("*.py")) else "shell"
