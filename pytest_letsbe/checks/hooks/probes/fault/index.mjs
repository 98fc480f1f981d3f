// A hook that goes wrong in the way the file says: what OpenClaw makes of it is OpenClaw's own answer.
import { readFileSync } from "node:fs";

export default {
  id: "letsbe-fault",
  name: "letsbe fault",
  description: "A before_tool_call hook that fails when pytest-letsbe tells it to.",
  register(api) {
    api.on(
      "before_tool_call",
      () => {
        const mode = readFileSync(api.pluginConfig.mode, "utf8").trim();
        if (mode === "throw") throw new Error("letsbe: thrown on purpose");
        if (mode === "hang") return new Promise(() => {});
        if (mode === "malformed") return { block: "yes", params: 7 };
        return undefined;
      },
      { priority: -1000, timeoutMs: 1500, matcher: ["exec", "letsbe_sentinel"] },
    );
  },
};
