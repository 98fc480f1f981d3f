// Another correct wrapper, built differently: a trusted tool policy, a process that decides, and redaction of the JSON as a whole.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const DECIDE = fileURLToPath(new URL("decide.mjs", import.meta.url));
const waiting = (process.otherWrapper ??= {});
const clean = (value) => JSON.parse(JSON.stringify(value ?? null).replace(/(ghp_|glpat-)[A-Za-z0-9_-]+/g, "<cut>"));

async function ask(tool, params, seconds) {
  const id = `wrapper:${randomBytes(16).toString("hex")}`;
  const word = await new Promise((resolve) => {
    waiting[id] = { tool, params, resolve };
    setTimeout(resolve, seconds * 1000, "late");
  });
  delete waiting[id];
  return word;
}

async function evaluate(event, api) {
  try {
    const { stdout } = await run(process.execPath, [DECIDE, process.env.LETSBE_POLICY ?? api.pluginConfig.policy, event.toolName]);
    const [word, seconds] = stdout.split(/\s+/);
    if (word === "allow") return undefined;
    if (word === "ask" && (await ask(event.toolName, event.params, Number(seconds))) === "yes") return undefined;
    return { block: true, blockReason: "not allowed", allow: false, reason: "not allowed" };
  } catch {
    return { block: true, blockReason: "can't decide", allow: false, reason: "can't decide" };
  }
}

export default {
  id: "other-wrapper",
  name: "other wrapper",
  description: "Another correct wrapper: a trusted policy that asks a process of its own.",
  register(api) {
    api.registerTrustedToolPolicy({ id: "gate", description: "asks the policy", evaluate: (event) => evaluate(event, api) });
    api.registerAgentToolResultMiddleware((event) => ({ result: clean(event.result) }), { runtimes: ["openclaw"] });
    api.on("before_message_write", (event) => ({ message: clean(event.message) }));
    const list = () => Object.entries(waiting).map(([id, { tool, params }]) => ({ id, tool, params }));
    api.registerGatewayMethod("wrapper.waiting", ({ respond }) => respond(true, { items: list() }), { scope: "operator.approvals" });
    api.registerGatewayMethod(
      "wrapper.answer",
      ({ params: { id, decision }, respond }) => {
        const found = Object.hasOwn(waiting, id) ? waiting[id] : undefined;
        delete waiting[id];
        found?.resolve(decision === "allow-once" ? "yes" : "no");
        respond(found !== undefined, found && { id, decision }, found ? undefined : { code: "NOT_FOUND", message: "no such id" });
      },
      { scope: "operator.approvals" },
    );
  },
};
