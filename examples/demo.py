"""Runs `pytest -p letsbe` over each example package and shows how it ends; what isn't proven stays visible."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
MEANING = {0: "every required check is proven", 10: "all that ran passed, but the matrix isn't complete"}
#: Behind what the machine has, the wheel of node that the developers' tools bring.
PATH = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{Path(sys.executable).parent}"
#: The two commands work on any machine, and say what they left out.
PARTIAL = "all that ran passed; what this machine can't run was left out, so nothing is claimed"


def lacking(package: str) -> Iterator[tuple[str, str]]:
    """Checks of the package that this machine can't run, each with what mends it."""
    if package == "provisioner" and shutil.which("bwrap") is None:
        yield "smoke", "apt-get install bubblewrap"
    if package == "safety-wrapper" and shutil.which("npm", path=PATH) is None:
        yield "hooks", "install npm, which brings the real OpenClaw"
    if package == "egress-proxy" and not may_unshare():
        yield from ((check, "allow user namespaces, or --cap-add SYS_ADMIN") for check in ("egress", "perf"))


def may_unshare() -> bool:
    flags = "-n" if os.geteuid() == 0 else "-rn"
    try:
        return subprocess.run(["unshare", flags, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> int:
    ends = {}
    env = {**os.environ, "PATH": PATH}
    for folder in sorted(path.parent for path in HERE.glob("*/letsbe.yaml")):
        sentence = (folder / "letsbe.yaml").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        print(f"\n\033[1m{folder.name}\033[0m: {sentence}", flush=True)
        if folder.name == "safety-wrapper":
            print("  hooks installs the real OpenClaw from npm at its first run: 650 MB, a minute or two", flush=True)
        missing = list(lacking(folder.name))
        for check, mend in missing:
            print(f"  {check} can't run on this machine: {mend}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--disable-warnings"]
        command += ["--disable-plugin-autoload", "-p", "letsbe", str(folder)]
        command += ["-k", " and ".join(f"not {check}" for check, _ in missing)] if missing else []
        code = subprocess.run(command, check=False, env=env).returncode
        meaning = PARTIAL if missing and code == 0 else MEANING.get(code, "a test failed")
        ends[folder.name] = (code, meaning)
        print(f"exit {code}: {meaning}", flush=True)
    print("\n" + "\n".join(f"{name:<16} exit {code}: {meaning}" for name, (code, meaning) in ends.items()))
    return 0 if {code for code, _ in ends.values()} <= set(MEANING) else 1


if __name__ == "__main__":
    sys.exit(main())
