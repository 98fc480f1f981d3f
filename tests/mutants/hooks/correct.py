"""Wrapper plugins without a fault: the reference, and one built differently."""

import os
import shutil
from pathlib import Path

VERSION = "2026.9.6"
#: What 2026.9.6 can't do, whatever the plugin does.
BEYOND = {
    "agent-exec": "OpenClaw 2026.9.6 never calls a plugin's hook under `agent exec`",
    "malformed": "OpenClaw 2026.9.6 takes a hook's result it can't read for no decision",
}
#: Selfcheck judges each subject in a folder of its own; the install is shared.
CACHE = str(Path(os.environ.get("LETSBE_OPENCLAW_CACHE", Path.cwd() / ".letsbe" / "openclaw")))
#: Paths inside one gateway. `agent --local` has a test of its own: each run costs a start of OpenClaw.
ENTRIES = ["gateway", "tools-invoke", "subagent", "parallel"]


class Reference:
    """The wrapper shipped with the suite."""

    expected = None

    @staticmethod
    def build(folder):
        return {
            "openclaw": VERSION,
            "plugin": "reference",
            "entries": ENTRIES,
            "leave_out": {"malformed": BEYOND["malformed"]},
            "approvals": {"list": "letsbe.approval.list", "resolve": "letsbe.approval.resolve"},
            "cache": CACHE,
        }


class TrustedPolicy:
    """A trusted tool policy that asks a process of its own, with approvals under other names and ids of another kind."""

    expected = None

    @staticmethod
    def build(folder):
        shutil.copytree(Path(__file__).parent / "_separate", folder / "plugin")
        return {
            "openclaw": VERSION,
            "plugin": "plugin",
            "entries": ENTRIES,
            "leave_out": {"malformed": BEYOND["malformed"]},
            "approvals": {"list": "wrapper.waiting", "resolve": "wrapper.answer"},
            "cache": CACHE,
        }
