// Stands for the app's bundler: one file, and the hash that names it.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const source = readFileSync(new URL("session.mjs", import.meta.url), "utf8");
const name = createHash("sha256").update(source).digest("hex").slice(0, 12);
mkdirSync("reports", { recursive: true });
writeFileSync(`reports/app-${name}.mjs`, source);
await import(new URL(`../reports/app-${name}.mjs`, import.meta.url));
