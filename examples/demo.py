"""Runs `pytest -p letsbe` over each example package and shows how it ends; what isn't proven yet stays visible."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MEANING = {0: "every required check is proven", 10: "all that ran passed, but the matrix isn't complete"}


def main() -> int:
    ends = {}
    for folder in sorted(path.parent for path in HERE.glob("*/letsbe.yaml")):
        sentence = (folder / "letsbe.yaml").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        print(f"\n\033[1m{folder.name}\033[0m: {sentence}", flush=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            "--disable-warnings",
            "-p",
            "letsbe",
            str(folder),
        ]
        ends[folder.name] = subprocess.run(command, check=False).returncode
        print(f"exit {ends[folder.name]}: {MEANING.get(ends[folder.name], 'a test failed')}", flush=True)
    print("\n" + "\n".join(f"{name:<16} exit {code}" for name, code in ends.items()))
    return 0 if set(ends.values()) <= set(MEANING) else 1


if __name__ == "__main__":
    sys.exit(main())
