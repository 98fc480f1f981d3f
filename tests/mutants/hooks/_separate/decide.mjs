// The decision, in a process of its own: argv is the policy and the tool, the answer is one word and the seconds of its approval.
import { readFileSync } from "node:fs";

const [path, tool] = process.argv.slice(2);
const { matrix, tiers, tools, approval } = JSON.parse(readFileSync(path, "utf8"));
const rows = Object.values(matrix).map((row) => row[tiers.indexOf(tools[tool].tier)]);
console.log(rows.every((word) => word === "allow") ? "allow" : rows.every((word) => ["ask", "allow"].includes(word)) ? "ask" : "deny", approval.ttl_s);
