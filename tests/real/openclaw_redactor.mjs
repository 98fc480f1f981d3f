// OpenClaw's own log redaction behind the letsbe protocol. argv[2] names the function of openclaw/plugin-sdk/logging-core:
// redactSensitiveText (log sinks; the default) or redactToolPayloadText (tool payloads). Its configuration is the shipped one.
import { globSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

process.env.OPENCLAW_STATE_DIR = mkdtempSync(join(tmpdir(), "openclaw-")); // nobody's ~/.openclaw is read
const root = join(import.meta.dirname, "../../.cache-real/npm/node_modules/openclaw/dist");
const name = process.argv[2] ?? "redactSensitiveText";
const redact = (await import(join(root, "plugin-sdk/logging-core.js")))[name];
// What a resolved SecretRef does. The package doesn't export it: found by its name, since chunk names change by release.
const registry = await import(join(root, globSync("secret-redaction-registry-*.mjs", { cwd: root })[0]));
const register = Object.values(registry).find((f) => f.name === "registerSecretValueForRedaction");
const registered = globalThis[Symbol.for("openclaw.secretRedactionRegistry")];

function answer(op, { text, base64, secrets = [], tenant }) {
  if (op === "hello") return { output: { name: `openclaw ${name}`, version: "2026.9.6", ops: ["redact"] } };
  if (op !== "redact") return { unsupported: "redacts whole records; nothing is promised for a stream" };
  if (tenant) return { unsupported: "one registry a process: OpenClaw knows one owner, not tenants" };
  registered.registeredValues.clear(); // each request is a process of its own
  registered.registeredValueRedactor = undefined;
  secrets.forEach((secret) => register(secret));
  if (base64 === undefined) return { output: { text: redact(text) } };
  const redacted = redact(Buffer.from(base64, "base64").toString("latin1"));
  return { output: { base64: Buffer.from(redacted, "utf8").toString("base64") } }; // its mask isn't latin-1
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, input } = JSON.parse(line);
  let reply;
  try {
    reply = answer(op, input);
  } catch (error) {
    reply = { error: error.constructor.name };
  }
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
}
