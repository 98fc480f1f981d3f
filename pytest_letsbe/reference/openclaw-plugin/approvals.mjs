// Pending approvals: each has one unguessable id, is answered once, and dies with its time, its run or the process.
import { randomUUID } from "node:crypto";

// OpenClaw 2026.9.6 loads a plugin once for the gateway's methods and once more for its agents: a Map in the module isn't
// shared between the two, only the process is.
const pending = (globalThis[Symbol.for("letsbe.wrapper.pending")] ??= new Map());

export function approvals(api) {
  api.registerGatewayMethod(
    "letsbe.approval.list",
    ({ respond }) => respond(true, [...pending.values()].map(({ id, tool, args, session }) => ({ id, tool, args, session }))),
    { scope: "operator.approvals" },
  );
  api.registerGatewayMethod(
    "letsbe.approval.resolve",
    ({ params, respond }) => {
      const found = typeof params?.id === "string" ? pending.get(params.id) : undefined;
      const known = ["allow-once", "deny"].includes(params?.decision);
      if (!found || !known) return respond(false, undefined, { code: "INVALID_REQUEST", message: "unknown id or decision" });
      found.end(params.decision);
      return respond(true, { id: params.id, decision: params.decision });
    },
    { scope: "operator.approvals" },
  );

  return {
    ask: (event, ctx, ttlMs) =>
      new Promise((resolve) => {
        const id = randomUUID();
        const end = (answer) => {
          if (!pending.delete(id)) return;
          clearTimeout(timer);
          resolve(answer);
        };
        const timer = setTimeout(end, ttlMs, "timeout");
        ctx?.abortSignal?.addEventListener("abort", () => end("cancelled"), { once: true });
        pending.set(id, { id, tool: event.toolName, args: event.params, session: ctx?.sessionKey, end });
      }),
  };
}
