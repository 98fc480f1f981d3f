"""What other scanners find on the planted tree: precision and recall by file, as the table of docs/scanner.md.

``python -m tests.bench.scanners`` with the tools on PATH (detect-secrets, credsweeper, kingfisher, gitleaks, trufflehog,
secretlint with its recommended preset). One that isn't installed is left out, and said so. Nothing is validated online.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pytest_letsbe.scan import rows
from pytest_letsbe.scan.engine import Engine
from tests.scan.planted import Planted, benigns, trues

Found = set[str]


def run(command: list[str], tree: Path) -> str:
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=1800).stdout


def lines(text: str) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def detect_secrets(tree: Path) -> Found:
    return set(json.loads(run(["detect-secrets", "scan", "--all-files", "."], tree))["results"])


def gitleaks(tree: Path) -> Found:
    out = tree.parent / "gitleaks.json"
    run(["gitleaks", "dir", ".", "--redact", "-f", "json", "-r", str(out), "--no-banner"], tree)
    return {hit["File"] for hit in json.loads(out.read_text())}


def kingfisher(tree: Path) -> Found:
    command = ["kingfisher", "scan", ".", "--no-validate", "--confidence", "low", "--git-history", "none"]
    hits = json.loads(run([*command, "--format", "json", "--quiet"], tree))["findings"]
    return {hit["finding"]["path"] for hit in hits}


def trufflehog(tree: Path) -> Found:
    hits = lines(run(["trufflehog", "filesystem", ".", "--no-verification", "--no-update", "--json"], tree))
    return {hit["SourceMetadata"]["Data"]["Filesystem"]["file"] for hit in hits if "SourceMetadata" in hit}


def credsweeper(tree: Path) -> Found:
    out = tree.parent / "credsweeper.json"
    run(["credsweeper", "--path", ".", "--save-json", str(out), "--log", "error"], tree)
    return {line["path"] for hit in json.loads(out.read_text()) for line in hit["line_data_list"]}


def secretlint(tree: Path) -> Found:
    rule = {"id": "@secretlint/secretlint-rule-preset-recommend"}
    config = tree.parent / "secretlintrc.json"
    config.write_text(json.dumps({"rules": [rule]}))
    installed = Path(shutil.which("secretlint") or "").resolve()
    (tree.parent / "node_modules").symlink_to(next(up for up in installed.parents if up.name == "node_modules"))
    command = ["secretlint", "--secretlintrc", str(config), "--format", "json", "--no-glob"]
    files = sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
    found: Found = set()
    for place in range(0, len(files), 200):
        out = tree.parent / f"secretlint-{place}.json"  # through a pipe its output is cut at 64 KiB
        run([*command, "--output", str(out), *files[place : place + 200]], tree)
        found |= {hit["filePath"] for hit in json.loads(out.read_text()) if hit["messages"]}
    return found


def letsbe(tree: Path) -> Found:
    engine = Engine(rows.shipped("secrets"))
    found: Found = set()
    for path in (path for path in tree.rglob("*") if path.is_file()):
        judged = engine.judge(str(path.relative_to(tree)), path.read_bytes())
        found |= {str(path.relative_to(tree))} if judged and judged.findings else set()
    return found


TOOLS: dict[str, Callable[[Path], Found]] = {
    "letsbe": letsbe,
    "detect-secrets": detect_secrets,
    "credsweeper": credsweeper,
    "kingfisher": kingfisher,
    "gitleaks": gitleaks,
    "trufflehog": trufflehog,
    "secretlint": secretlint,
}


def score(planted: list[Planted], found: Found) -> str:
    true = {one.path for one in planted if one.true}
    benign = {one.path for one in planted if not one.true}
    right, wrong = len(found & true), len(found & benign)
    precision = f"{right / (right + wrong):.2f}" if right + wrong else "-"
    return f"{len(true)} | {len(benign)} | {right} | {wrong} | {precision} | {right / len(true):.2f}"


def main() -> None:
    planted = list({one.path: one for one in [*trues(), *benigns()]}.values())
    print("| | true | benign | found | false alarms | precision | recall |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for one in planted:
            (tree / one.path).parent.mkdir(parents=True, exist_ok=True)
            (tree / one.path).write_text(one.text, encoding="utf-8", newline="")
        for name, tool in TOOLS.items():
            if name != "letsbe" and shutil.which(name) is None:
                print(f"| {name} | isn't installed |")
                continue
            found = {str(Path(path).relative_to(tree)) if Path(path).is_absolute() else path for path in tool(tree)}
            print(f"| {name} | {score(planted, {path.removeprefix('./') for path in found})} |", flush=True)


if __name__ == "__main__":
    main()
