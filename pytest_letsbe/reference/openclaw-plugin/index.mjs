// The reference wrapper for OpenClaw: a tool call runs when the policy says allow, or when an approver says so by the exact id.
import { approvals } from "./approvals.mjs";
import { decide } from "./policy.mjs";
import { redacted } from "./redact.mjs";

export default {
  id: "letsbe-wrapper",
  name: "letsbe reference wrapper",
  description: "Gates every tool call by a letsbe-gating policy and redacts every tool result.",
  register(api) {
    const path = () => process.env.LETSBE_POLICY ?? api.pluginConfig?.policy;
    // Not OpenClaw's requireApproval: 2026.9.6 resolves it by any prefix of the id, and tells the plugin no id.
    const desk = approvals(api);

    api.on(
      "before_tool_call",
      async (event, ctx) => {
        // Whatever goes wrong in here is a block. OpenClaw takes a result it can't read for "no decision" and runs the call.
        try {
          const { decision, reason, ttlMs } = decide(path(), event.toolName, event.params);
          if (decision === "allow") return undefined;
          if (decision !== "ask") return { block: true, blockReason: `letsbe: ${reason}` };
          const answer = await desk.ask(event, ctx, ttlMs);
          return answer === "allow-once" ? undefined : { block: true, blockReason: `letsbe: approval ended with ${answer}` };
        } catch (error) {
          return { block: true, blockReason: `letsbe: no decision (${error?.message ?? error})` };
        }
      },
      { priority: 1000, timeoutMs: 600_000 },
    );

    // Before the model sees it; tool_result_persist would only change what is stored.
    api.registerAgentToolResultMiddleware(
      (event) => {
        try {
          return { result: redacted(event.result) };
        } catch {
          return { result: { content: [{ type: "text", text: "[letsbe: result withheld, it could not be redacted]" }], details: {} } };
        }
      },
      { runtimes: ["openclaw"] },
    );
    // What reaches the transcript by another way than the middleware: errors, and messages of the host itself.
    api.on("tool_result_persist", (event) => ({ message: redacted(event.message) }));
    api.on("before_message_write", (event) => ({ message: redacted(event.message) }));
  },
};
