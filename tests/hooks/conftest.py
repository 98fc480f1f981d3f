"""What the tests on the real OpenClaw need: the install that tests/real/install made, or the one CI names."""

import os
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("LETSBE_OPENCLAW_CACHE", Path(__file__).parents[2] / ".cache-real" / "npm"))
VERSION = "2026.9.6"


@pytest.fixture
def openclaw(monkeypatch):
    """The version that is installed; without one these tests are skipped, unless LETSBE_REAL=required."""
    if not (CACHE / "node_modules" / "openclaw" / "package.json").is_file():
        if os.environ.get("LETSBE_REAL") == "required":
            pytest.fail(f"{CACHE} holds no OpenClaw: run tests/real/install")
        pytest.skip("OpenClaw isn't installed: run tests/real/install")
    monkeypatch.setenv("LETSBE_OPENCLAW_CACHE", str(CACHE))
    return VERSION
