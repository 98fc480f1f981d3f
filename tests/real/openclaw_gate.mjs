// OpenClaw's own decision about a command line behind the letsbe protocol: its allow list by paths, as `mode: allowlist` has it.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

process.env.OPENCLAW_STATE_DIR = mkdtempSync(join(tmpdir(), "openclaw-")); // nobody's ~/.openclaw is read
const root = join(import.meta.dirname, "../../.cache-real/npm/node_modules/openclaw/dist");
const { evaluateShellAllowlistWithAuthorization: evaluate } = await import(join(root, "plugin-sdk/infra-runtime.js"));
const PROGRAMS = ["cat", "date", "echo", "find", "git", "grep", "head", "ls", "sed", "sort"];
const allowlist = PROGRAMS.map((name) => ({ pattern: execFileSync("which", [name], { encoding: "utf8" }).trim() }));
let policy, sink;

async function decide({ tool, args }) {
  const { tier, shell_arg } = policy.tools[tool];
  const cell = policy.matrix[policy.levels[0]][policy.tiers.indexOf(tier)];
  if (!shell_arg || cell !== "allow") return cell;
  const found = await evaluate({ command: args[shell_arg], allowlist, safeBins: new Set(), cwd: process.cwd(), env: process.env });
  return found.analysisOk && found.allowlistSatisfied ? "allow" : "ask";
}

async function answer(op, input) {
  if (op === "hello") return { output: { name: "openclaw exec allow list", version: "2026.9.6", ops: ["reset", "call", "spend"] } };
  if (op === "reset") ({ policy, sink } = input);
  else if (op === "call") {
    const decision = await decide(input);
    const { rid, tool, args, session, tenant } = input;
    if (decision === "allow") await fetch(sink, { method: "POST", body: JSON.stringify({ rid, tool, args, session, tenant }) });
    return { output: { decision, approval: rid } };
  } else if (op === "spend") return { output: { decision: "deny" } }; // nothing was ever approved
  else return { unsupported: "decides about a command line, and nothing else" };
  return { output: {} };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, input } = JSON.parse(line);
  const reply = await answer(op, input).catch((error) => ({ error: error.constructor.name }));
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
}
