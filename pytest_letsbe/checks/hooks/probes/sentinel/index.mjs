// The sentinel: a call that runs leaves a line in the ledger, and answers what it was told to answer.
import { appendFileSync, readFileSync } from "node:fs";

export default {
  id: "letsbe-sentinel",
  name: "letsbe sentinel",
  description: "A tool whose only effect is a line in the ledger of pytest-letsbe.",
  register(api) {
    api.registerTool({
      name: "letsbe_sentinel",
      label: "letsbe sentinel",
      description: "Write a line to the ledger; answer with the parts of a file.",
      parameters: {
        type: "object",
        properties: { nonce: { type: "string" }, answer: { type: "string" } },
        required: ["nonce"],
        additionalProperties: false,
      },
      async execute(_id, params) {
        appendFileSync(api.pluginConfig.ledger, `${params.nonce}\n`);
        if (!params.answer) return { content: [{ type: "text", text: "ran" }], details: {} };
        const answer = JSON.parse(readFileSync(params.answer, "utf8"));
        if (answer.error) throw new Error(answer.error);
        return { content: answer.parts.map((text) => ({ type: "text", text })), details: answer.details ?? {} };
      },
    });
  },
};
