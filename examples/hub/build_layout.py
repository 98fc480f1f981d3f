"""Writes ``release/oci``, ``keys/cosign.pub`` and what names its digest anew, signed with a key that is then forgotten.

A real build does this with docker buildx, syft and cosign; here it is committed, so that the example runs offline.
"""

import shutil
import tempfile
from pathlib import Path

from pytest_letsbe.checks.supply_chain.factory import build

HERE = Path(__file__).parent
FILES = ("Dockerfile", "compose.yaml", "k8s/hub.yaml", "package-lock.json", "releases.txt", "keys/cosign.pub")

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = build(Path(folder) / "hub", style="v3")
        shutil.rmtree(HERE / "release", ignore_errors=True)
        shutil.copytree(made.folder / "dist/oci", HERE / "release/oci")
        for name in FILES:
            (HERE / name).parent.mkdir(exist_ok=True)
            shutil.copy(made.folder / name, HERE / name)
    print(f"image {made.digest}")
