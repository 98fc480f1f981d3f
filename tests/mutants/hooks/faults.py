"""The reference wrapper with one realistic fault each: what the check must catch in a plugin inside the real OpenClaw."""

import os
import shutil
from pathlib import Path
from typing import ClassVar

import pytest_letsbe

REFERENCE = Path(pytest_letsbe.__file__).parent / "reference" / "openclaw-plugin"
CACHE = str(Path(os.environ.get("LETSBE_OPENCLAW_CACHE", Path.cwd() / ".letsbe" / "openclaw")))


class _Wrapper:
    """The reference, its text changed: ``edits`` are (file, old, new)."""

    edits = ()
    options: ClassVar = {}

    @classmethod
    def build(cls, folder):
        plugin = folder / "plugin"
        shutil.copytree(REFERENCE, plugin)
        for name, old, new in cls.edits:
            text = (plugin / name).read_text()
            if old not in text:
                raise ValueError(f"{cls.__name__}: {name} of the reference doesn't hold {old!r} any more")
            (plugin / name).write_text(text.replace(old, new))
        return {
            "openclaw": "2026.9.6",
            "plugin": "plugin",
            "entries": ["gateway", "tools-invoke", "subagent", "parallel"],
            "leave_out": {"malformed": "2026.9.6 takes what it can't read for no decision"},
            "approvals": {"list": "letsbe.approval.list", "resolve": "letsbe.approval.resolve"},
            "cache": CACHE,
            **cls.options,
        }


ALLOWED = 'if (decision === "allow") return undefined;'
MIDDLEWARE = "return { result: redacted(event.result) };"


class BlocksEverything(_Wrapper):
    """Blocks what the policy allows."""

    expected = "liveness"
    edits = (("index.mjs", ALLOWED, ""),)


class GatesOnlyExec(_Wrapper):
    """Looks at the shell only: every plugin's tool goes by."""

    expected = "engaged"
    edits = (("index.mjs", "{ priority: 1000,", '{ matcher: ["exec"], priority: 1000,'),)


class ForgetsParallel(_Wrapper):
    """Decides once for each run: the calls after the first go by."""

    expected = "engaged"
    edits = (
        (
            "index.mjs",
            ALLOWED,
            (
                "const runs = (globalThis.runs ??= new Set());"
                f" if (ctx?.runId && runs.has(ctx.runId)) return undefined; runs.add(ctx?.runId); {ALLOWED}"
            ),
        ),
    )


class MainSessionOnly(_Wrapper):
    """Trusts sub-agents, since their parent was gated."""

    expected = "engaged"
    edits = (("index.mjs", ALLOWED, 'if (ctx?.sessionKey?.includes(":subagent:")) return undefined; ' + ALLOWED),)


class AnswersWithWords(_Wrapper):
    """Says block with a word; OpenClaw reads only `true`."""

    expected = "engaged"
    edits = (("index.mjs", "return { block: true, blockReason: `letsbe: ${reason}` };", 'return { block: "yes" };'),)


class LeavesOutWhatWorks(_Wrapper):
    """The manifest leaves out an entry path that this version gates well."""

    expected = "left-out"
    options: ClassVar = {"leave_out": {"tools-invoke": "it didn't work two versions ago"}}


class AllowsOnError(_Wrapper):
    """An error while deciding lets the call through."""

    expected = "error-blocks"
    edits = (
        (
            "index.mjs",
            "return { block: true, blockReason: `letsbe: no decision",
            "if (error) return undefined; return { block: true, blockReason: `letsbe: no decision",
        ),
    )


class AllowsUnknownWords(_Wrapper):
    """Blocks on `deny` and allows every other word of the policy."""

    expected = "error-blocks"
    edits = (
        (
            "policy.mjs",
            '["allow", "ask"].includes(decision) ? decision : "deny"',
            'decision === "ask" || decision === "deny" ? decision : "allow"',
        ),
    )


class TrustsItsHost(_Wrapper):
    """Counts on OpenClaw to block what a hook garbles, which 2026.9.6 doesn't."""

    expected = "host-fails-closed"
    options: ClassVar = {"leave_out": {}}


class NeverAsks(_Wrapper):
    """Denies what should be asked."""

    expected = "approval-once"
    edits = (("index.mjs", 'if (decision !== "ask")', 'if (decision !== "allow")'),)


class ApprovesForGood(_Wrapper):
    """Remembers an approved call: the next time nobody is asked."""

    expected = "approval-once"
    edits = (
        (
            "index.mjs",
            "const answer = await desk.ask(event, ctx, ttlMs);",
            (
                "const kept = (globalThis.kept ??= new Set()), key = JSON.stringify([event.toolName, event.params]);"
                ' const answer = kept.has(key) ? "allow-once" : await desk.ask(event, ctx, ttlMs);'
                ' if (answer === "allow-once") kept.add(key);'
            ),
        ),
    )


class RunsWhilePending(_Wrapper):
    """Asks, and doesn't wait for the answer."""

    expected = "approval-pending"
    edits = (
        (
            "index.mjs",
            "const answer = await desk.ask(event, ctx, ttlMs);",
            'desk.ask(event, ctx, ttlMs); const answer = await new Promise((r) => setTimeout(r, 400, "allow-once"));',
        ),
    )


class LaterYesWins(_Wrapper):
    """Lets an approver change a no into a yes for a moment."""

    expected = "approval-deny"
    edits = (
        (
            "approvals.mjs",
            "found.end(params.decision);",
            'if (params.decision === "deny") setTimeout(found.end, 800, "deny"); else found.end(params.decision);',
        ),
    )


class AllowsOnTimeout(_Wrapper):
    """Nobody answered in time, so it runs."""

    expected = "approval-late"
    edits = (("approvals.mjs", 'setTimeout(end, ttlMs, "timeout")', 'setTimeout(end, ttlMs, "allow-once")'),)


class AnyYesWins(_Wrapper):
    """Of answers given at once a yes beats every no, and each is told ok."""

    expected = "approval-raced"
    edits = (
        (
            "approvals.mjs",
            "found.end(params.decision);",
            (
                'found.yes ||= params.decision === "allow-once";'
                ' setTimeout(() => found.end(found.yes ? "allow-once" : "deny"), 300);'
            ),
        ),
    )


class StockApprovals(_Wrapper):
    """Uses OpenClaw's own approvals, which 2026.9.6 resolves by any prefix of the id."""

    expected = "approval-id-exact"
    options: ClassVar = {"approvals": {}}
    edits = (
        (
            "index.mjs",
            "const answer = await desk.ask(event, ctx, ttlMs);",
            (
                'if (ttlMs) return { requireApproval: { title: "Run", description: JSON.stringify(event.params).slice(0, 400),'
                ' timeoutMs: ttlMs, allowedDecisions: ["allow-once", "deny"] } }; const answer = "deny";'
            ),
        ),
    )


class MatchesPrefixes(_Wrapper):
    """Finds the approval by the beginning of its id, for the approver's comfort."""

    expected = "approval-id-exact"
    edits = (
        (
            "approvals.mjs",
            "pending.get(params.id)",
            "[...pending.values()].find(({ id }) => params.id && id.startsWith(params.id))",
        ),
    )


class RedactsNothing(_Wrapper):
    """Gates calls and leaves their results alone."""

    expected = "result-redaction"
    first = "long-text"  # of short results 2026.9.6 itself masks what it knows
    edits = (("redact.mjs", 'rest.replace(secret, "[redacted]")', "rest"),)


class EncodesInstead(_Wrapper):
    """Writes base64 in place of the secret."""

    expected = "result-redaction"
    edits = (("redact.mjs", 'rest.replace(secret, "[redacted]")', "rest.replace(secret, (found) => btoa(found))"),)


class LogsResults(_Wrapper):
    """Keeps the raw results in a log of its own, in OpenClaw's state."""

    expected = "at-rest-redaction"
    edits = (
        (
            "index.mjs",
            MIDDLEWARE,
            "appendFileSync(`${process.env.OPENCLAW_STATE_DIR}/wrapper.log`, JSON.stringify(event.result)); "
            + MIDDLEWARE,
        ),
        ("index.mjs", "import { approvals }", 'import { appendFileSync } from "node:fs";\nimport { approvals }'),
    )


class RunsAfterRestart(_Wrapper):
    """Takes up after a crash what was waiting, as if it had been approved."""

    expected = "restart-pending"
    edits = (
        (
            "index.mjs",
            "import { approvals }",
            'import { exec } from "node:child_process";\nimport { readFileSync, writeFileSync } from "node:fs";\nimport { approvals }',
        ),
        (
            "index.mjs",
            "    const desk = approvals(api);",
            """    const desk = approvals(api), kept = `${process.env.OPENCLAW_STATE_DIR}/waiting.json`;
    try {
      const { pid, command } = JSON.parse(readFileSync(kept, "utf8"));
      if (pid !== process.pid) exec(command);
    } catch {}""",
        ),
        (
            "index.mjs",
            "const answer = await desk.ask(event, ctx, ttlMs);",
            (
                "writeFileSync(kept, JSON.stringify({ pid: process.pid, command: event.params.command }));"
                " const answer = await desk.ask(event, ctx, ttlMs);"
            ),
        ),
    )
