"""Files into a folder, with the manners of init: what stands is kept and said, unless it may be overwritten."""

from __future__ import annotations

from pathlib import Path

from .package_json import with_script
from .workflows import FOLDER, workflows

SCRIPT = ("test:security-invariants", "pytest -p letsbe")
_HIDDEN = ".github/workflows"


def scripts() -> dict[str, str]:
    """The scripts that the workflows and people call, one line each."""
    head = "#!/usr/bin/env bash\n"
    return {
        "scripts/ci/check-banned-references.sh": head + 'exec letsbe scan --check references "$@"\n',
        "scripts/ci/check-no-plaintext-secrets.sh": head + 'exec letsbe scan --check secrets "$@"\n',
    }


def write(folder: Path, language: str, *, force: bool = False) -> list[str]:
    """Write the CI files; returns a line for each: what was written, what was kept and why."""
    told: list[str] = []
    wanted = scripts()
    if not force and _holds_workflows(folder / _HIDDEN) and not _holds_workflows(folder / FOLDER):
        told.append(f"left out {FOLDER}: it would hide those of {_HIDDEN} (the server reads one folder)")
    else:
        wanted |= workflows(language)
    for path, text in wanted.items():
        place = folder / path
        if (place.exists() or place.is_symlink()) and not force:
            told.append(f"kept {path}")
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            place.chmod(0o755)
        told.append(f"wrote {path}")
    return told + _package_json(folder)


def _holds_workflows(folder: Path) -> bool:
    return folder.is_dir() and any(child.suffix in (".yml", ".yaml") for child in folder.iterdir())


def _package_json(folder: Path) -> list[str]:
    place = folder / "package.json"
    if not place.is_file():
        return []
    name, command = SCRIPT
    raw = place.read_bytes()
    try:
        changed = with_script(raw.decode("utf-8"), name, command)
    except ValueError:
        return [f'kept package.json: add the script "{name}": "{command}" yourself']
    if changed is None:
        return [f"kept package.json: it has a script {name}"]
    place.write_bytes(changed.encode("utf-8"))
    return [f"added the script {name} to package.json"]
