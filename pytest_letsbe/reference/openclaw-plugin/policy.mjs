// One decision from a letsbe-gating policy (JSON); a policy that can't be read decides nothing, which throws.
import { readFileSync } from "node:fs";

export function decide(path, tool, args) {
  const policy = JSON.parse(readFileSync(path, "utf8"));
  const ttlMs = 1000 * (policy.approval?.ttl_s ?? 120);
  const known = Object.hasOwn(policy.tools, tool) ? policy.tools[tool] : undefined;
  if (!known) return { decision: "deny", reason: `the policy doesn't know ${tool}`, ttlMs };
  const said = (policy.deny ?? []).find((rule) => rule.tool === tool && (rule.match ?? []).some((text) => JSON.stringify(args).includes(text)));
  if (said) return { decision: "deny", reason: said.id, ttlMs };
  const level = String(Math.min(...Object.keys(policy.matrix).map(Number)));
  const decision = policy.matrix[level][policy.tiers.indexOf(known.tier)];
  return { decision: ["allow", "ask"].includes(decision) ? decision : "deny", reason: `${tool} is ${known.tier}`, ttlMs };
}
