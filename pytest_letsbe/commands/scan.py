"""``letsbe scan [PATH...]``: both checks over a repo, or over the files that are named (pre-commit)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec

from ..checks import Checks
from ..git import Git
from ..manifest import FILENAME, load
from ..model import Location, Spec, UsageError
from ..scan import baseline, report
from ..scan.repo import CHECKS, Result, Wanted
from ..scan.repo import run as scan
from ..scan.sarif import sarif


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; the whole repo when left out")
    parser.add_argument("--format", choices=("text", "json", "sarif", "markdown"), default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of standard output")
    parser.add_argument("--check", choices=CHECKS, action="append", help="only this check")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on a terminal")
    parser.add_argument("--no-cache", action="store_true", help="read every file, known to be clean or not")
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="accept what is found for 90 days, by fingerprint"
    )
    parser.add_argument("--reason", default="", help="why the baseline is accepted, best with an issue number")


def run(options: argparse.Namespace) -> int:
    root, only = _places(options.paths)
    wanted = _wanted(root, options.check or CHECKS, options.no_cache)
    if options.write_baseline:  # what it holds already is accepted anew, so it isn't asked
        wanted = [replace(one, baseline=None) for one in wanted]
    result = scan(wanted, root, only=only, quiet=options.quiet)
    if options.write_baseline:
        return _write_baseline(options.write_baseline, result, options.reason, partial=bool(only or options.check))
    if not result.stats.files and not only:
        raise UsageError(f"{root} has no file to scan")
    shown = _render(result, options.format, options.output is None)
    if options.output:
        options.output.write_text(shown + "\n", encoding="utf-8")
    else:
        sys.stdout.buffer.write((shown + "\n").encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    return 1 if report.all_findings(result) else 0


def _render(result: Result, format: str, terminal: bool) -> str:
    if format == "json":
        return report.as_json(result)
    if format == "sarif":
        return sarif(result)
    if format == "markdown":
        return report.markdown(result)
    colour = terminal and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return report.text(result, colour=colour)


def _places(paths: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """The root, and what is scanned below it; a folder elsewhere is its own root, and without paths it is the repo."""
    here = Path.cwd()
    if not paths:
        return _repo(here), ()
    for path in paths:
        if not Path(path).exists() and not Path(path).is_symlink():
            raise UsageError(f"{path}: no such file or folder")
    inside = [os.path.relpath(path, here) for path in paths]
    if not [path for path in inside if path != "."]:
        return here, ()
    if not any(path.startswith("..") for path in inside):
        return here, tuple(dict.fromkeys(inside))
    if len(paths) == 1 and Path(paths[0]).is_dir():
        return Path(paths[0]).resolve(), ()
    if len(paths) == 1:
        return Path(paths[0]).resolve().parent, (Path(paths[0]).name,)
    raise UsageError("scan takes paths below the present folder, or one folder elsewhere")


def _repo(here: Path) -> Path:
    """The package that a folder is in, else its git repository, else the folder itself."""
    top = (Git(here).text("rev-parse", "--show-toplevel") or "").strip()
    if not top:
        return here
    inside = [folder for folder in (here, *here.parents) if folder.is_relative_to(top)]
    return next((folder for folder in inside if (folder / FILENAME).is_file()), Path(top))


def _wanted(root: Path, checks: Sequence[str], no_cache: bool) -> list[Wanted]:
    """As the manifest says; a repo without one is scanned with the defaults."""
    known = Checks()
    entries = {}
    if (root / FILENAME).is_file():
        entries = dict(load(root / FILENAME, known).checks)
    found = []
    for check in dict.fromkeys(checks):
        defaults = Spec(check, msgspec.convert({}, known[check].options), root, Location(FILENAME))
        wanted = Wanted.of(entries[check].spec if check in entries else defaults)
        found.append(replace(wanted, cache=wanted.cache and not no_cache))
    return found


def _write_baseline(path: Path, result: Result, reason: str, *, partial: bool) -> int:
    """Entries in force keep their date and reason; the others are renewed, or go with what they were for."""
    if len(reason) < 3:
        raise UsageError("--write-baseline needs --reason, best with an issue number")
    today = date.today()
    until = today + timedelta(days=90)
    standing = [entry for entry in baseline.read(path, str(path)) if entry.until >= today] if path.exists() else []
    accepted = baseline.accept(result.outcome.open, until, reason, standing)
    added = len([entry for entry in accepted if entry not in standing])
    if partial:  # of other files, or by the other check, nothing was looked for
        accepted += [entry for entry in standing if entry not in accepted]
    path.write_text(baseline.render(accepted), encoding="utf-8")
    kept = f", {len(accepted) - added} kept" if standing else ""
    print(f"{path}: {added} findings accepted until {until}{kept}; name it under checks.*.baseline")
    return 0
