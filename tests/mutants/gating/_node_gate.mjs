// A correct gate in Node.js, written from docs/gating.md alone: JSON lines on stdio, one event loop, its state in one file.
// usage: node _node_gate.mjs [--state FOLDER]
import { createHash, randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";

const OPS = ["reset", "call", "resolve", "spend", "revoke", "level", "kill", "tick", "restart", "audit", "fault"];
// Programs that only read, whatever they are given. Everything else is asked about where the policy names no commands.
const HARMLESS = new Set(["basename", "cat", "echo", "false", "grep", "head", "ls", "pwd", "tail", "true", "wc"]);
const READABLE = /^[A-Za-z0-9_.,:@%+/-]+(?: [A-Za-z0-9_.,:@%+/=-]+)*$/;
const DEPTH = 100;

const at = process.argv.indexOf("--state");
const folder = at > 0 ? process.argv[at + 1] : process.env.LETSBE_STATE;
const file = folder && !folder.startsWith("{") ? join(folder, "gate.json") : undefined;

const fresh = () => ({ policy: null, sink: "", now: 0, killed: false, levels: {}, parents: {}, approvals: {}, runs: {}, kept: {}, records: [] });
let state = fresh();
let fault = {};
const running = new Map(); // idempotency key -> the reply in the making

function load() {
  if (file && existsSync(file)) state = JSON.parse(readFileSync(file, "utf8"));
}

function save() {
  if (!file) return;
  const fd = openSync(`${file}.new`, "w");
  writeSync(fd, JSON.stringify(state));
  fsyncSync(fd);
  closeSync(fd);
  renameSync(`${file}.new`, file);
}

function note(record) {
  const prev = state.records.at(-1)?.hash ?? "0".repeat(64);
  const body = { seq: state.records.length, at: state.now, ...record, prev };
  state.records.push({ ...body, hash: createHash("sha256").update(JSON.stringify(body)).digest("hex") });
}

const has = (object, key) => typeof key === "string" && Object.hasOwn(object, key);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const glob = (pattern, text) =>
  typeof text === "string" && new RegExp(`^${pattern.split("*").map((s) => s.replace(/[^A-Za-z0-9]/g, "\\$&")).join("[^]*")}$`).test(text);

function tooDeep(value) {
  let level = [value];
  for (let depth = 0; level.length; depth++) {
    if (depth > DEPTH) return true;
    level = level.flatMap((v) => (typeof v === "object" && v !== null ? Object.values(v) : []));
  }
  return false;
}

function canon(value) {
  if (Array.isArray(value)) return `[${value.map(canon).join()}]`;
  if (isObject(value)) return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canon(value[k])}`).join()}}`;
  return JSON.stringify(value) ?? "null";
}

const KINDS = {
  str: (v) => typeof v === "string",
  int: (v) => Number.isInteger(v),
  float: (v) => typeof v === "number",
  bool: (v) => typeof v === "boolean",
  list: Array.isArray,
  object: isObject,
  any: () => true,
};

function fits(tool, args) {
  return Object.entries(tool.args ?? {}).every(([name, kind]) =>
    Object.hasOwn(args, name) ? KINDS[kind.replace("?", "")]?.(args[name]) === true : kind.endsWith("?"),
  );
}

function strings(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

const squeeze = (text) => text.trim().split(/\s+/).join(" ");

// The strictest of what the command line's own rules say: "allow" where it is plain and known.
function readLine(tool, line) {
  const plain = READABLE.test(line);
  const [program, ...rest] = line.split(" ");
  if (tool.commands) {
    if (!plain || !has(tool.commands, program)) return "deny";
    const rule = tool.commands[program];
    return rule === "any" || new RegExp(`^(?:${rule})$`).test(rest.join(" ")) ? "allow" : "deny";
  }
  return plain && HARMLESS.has(program) ? "allow" : "ask";
}

function levelOf(session, seen = new Set()) {
  if (seen.has(session)) return Infinity;
  seen.add(session);
  const { levels } = state.policy;
  const own = levels.indexOf(has(state.levels, session) ? state.levels[session] : levels[0]);
  return Math.min(own, ...(has(state.parents, session) ? state.parents[session] : []).map((p) => levelOf(p, seen)));
}

const ORDER = ["deny", "ask", "allow"];
const stricter = (...words) => words.reduce((a, b) => (ORDER.indexOf(b) < ORDER.indexOf(a) ? b : a));

function decide(call) {
  const { policy } = state;
  if (!policy || state.killed) return "deny";
  if (!["rid", "session", "tenant", "agent", "tool"].every((k) => typeof call[k] === "string" && call[k])) return "deny";
  if (!isObject(call.args) || tooDeep(call) || !has(policy.tools, call.tool)) return "deny";
  if (call.parent != null && typeof call.parent !== "string") return "deny";
  if (call.cwd != null && typeof call.cwd !== "string") return "deny";
  if (call.env != null && !isObject(call.env)) return "deny";
  const tool = policy.tools[call.tool];
  const { args_bytes: most } = policy.limits ?? {};
  if (!fits(tool, call.args) || (most && Buffer.byteLength(JSON.stringify(call.args)) > most)) return "deny";
  const line = tool.shell_arg && call.args[tool.shell_arg];
  const texts = strings(tool.shell_arg ? line : call.args).map(squeeze);
  for (const rule of policy.deny ?? []) {
    const denied = [...(rule.match ?? []), rule.example].filter((text) => typeof text === "string").map(squeeze);
    if (rule.tool === call.tool && denied.some((text) => texts.includes(text))) return "deny";
  }
  const level = policy.levels[levelOf(call.session)];
  const cell = policy.matrix[String(level)]?.[policy.tiers.indexOf(tool.tier)];
  if (!ORDER.includes(cell)) return "deny";
  return stricter(cell, tool.shell_arg ? readLine(tool, line) : "allow");
}

// Takes one run out of the budget, or says that there is none.
function withinRate(call) {
  const rate = state.policy.limits?.rate;
  if (!rate) return true;
  const key = JSON.stringify((rate.key ?? ["tenant", "session"]).map((k) => call[k]));
  const since = state.now - rate.per_s * 1000;
  const times = (state.runs[key] ?? []).filter((t) => t > since);
  if (times.length >= rate.n) return false;
  state.runs[key] = [...times, state.now];
  return true;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

// true when the call ran or may have; false when it surely didn't.
function execute({ rid, tool, args, session, tenant }) {
  return new Promise((done) => {
    const body = JSON.stringify({ rid, tool, args, session, tenant });
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const request = http.request(state.sink, { method: "POST", agent, headers, timeout: 30_000 }, (answer) => {
      answer.resume();
      answer.on("end", () => done(true)).on("error", () => done(true));
    });
    request.setNoDelay(true);
    request.on("timeout", () => request.destroy());
    request.on("error", (error) => done(error.code !== "ECONNREFUSED"));
    request.end(body);
  });
}

// null when all parts work (again); otherwise why nothing may run.
async function broken() {
  if (!fault.point || fault.mode === "none") return null;
  const budget = state.policy?.limits?.decide_ms ?? 2000;
  if (fault.mode === "hang" && typeof fault.ms === "number" && fault.ms < budget / 2) {
    await new Promise((go) => setTimeout(go, fault.ms));
    return null;
  }
  return `the ${fault.point} is broken`;
}

async function run(call) {
  if (!withinRate(call)) return false;
  save(); // the budget and the spent approval are on the disk before anything runs
  return execute(call);
}

async function decided(call) {
  const why = await broken();
  if (why) return { decision: "deny", reason: why };
  if (typeof call.parent === "string" && typeof call.session === "string" && call.parent !== call.session) {
    const known = has(state.parents, call.session) ? state.parents[call.session] : [];
    if (!known.includes(call.parent)) state.parents[call.session] = [...known, call.parent];
  }
  const word = decide(call);
  if (word === "allow") return (await run(call)) ? { decision: "allow" } : { decision: "deny", reason: "not within limits" };
  if (word === "deny") return { decision: "deny", reason: "the policy denies it" };
  const approval = randomUUID();
  const ttl = state.policy.approval?.ttl_s;
  state.approvals[approval] = { call: bound(call), agent: call.agent, session: call.session, status: "pending", yes: [], until: ttl ? state.now + ttl * 1000 : null };
  return { decision: "ask", approval };
}

// Everything of a call that an approval is good for; more than any policy binds.
const bound = ({ tool, args, session, tenant, agent: who, parent, cwd, env, rid }) =>
  canon({ tool, args, session, tenant, agent: who, parent: parent ?? null, cwd: cwd ?? null, env: env ?? null, rid });

async function call(input) {
  const key = typeof input.idempotency === "string" ? JSON.stringify([input.tenant, input.session, input.idempotency]) : null;
  if (key === null || tooDeep(input)) return decided(input);
  const same = canon({ ...input, rid: null });
  if (running.has(key)) await running.get(key);
  if (has(state.kept, key)) {
    const kept = state.kept[key];
    return kept.same === same ? kept.reply : { decision: "deny", reason: "this idempotency key belongs to another call" };
  }
  const reply = decided(input).then((made) => {
    state.kept[key] = { same, reply: made };
    return made;
  });
  running.set(key, reply);
  return reply.finally(() => running.delete(key));
}

const approval = (id) => (has(state.approvals, id) ? state.approvals[id] : undefined);
const expired = (a) => a.until !== null && state.now >= a.until;
const mayApprove = (actor) => (state.policy?.approval?.approvers ?? ["human:*"]).some((p) => glob(p, actor));

function ancestors(session, seen = new Set()) {
  for (const parent of has(state.parents, session) ? state.parents[session] : []) {
    if (!seen.has(parent)) ancestors(parent, seen.add(parent));
  }
  return seen;
}

async function resolve({ approval: id, decision, actor }) {
  const found = approval(id);
  if ((await broken()) || !found || found.status !== "pending" || expired(found) || !mayApprove(actor)) return { ok: false };
  const rules = state.policy.approval ?? {};
  if (rules.self === "deny" && [found.agent, found.session, ...ancestors(found.session)].includes(actor)) return { ok: false };
  if (decision === "deny") found.status = "denied";
  else if (decision === "allow" && !found.yes.includes(actor)) {
    found.yes.push(actor);
    if (found.yes.length >= (rules.quorum ?? 1)) found.status = "approved";
  } else return { ok: false };
  return { ok: true };
}

async function spend(input) {
  const no = (reason) => ({ decision: "deny", reason });
  const why = await broken();
  if (why) return no(why);
  const found = approval(input.approval);
  if (!found || found.status !== "approved" || expired(found)) return no("no such approval");
  if (tooDeep(input) || bound(input) !== found.call) return no("this isn't the call that was approved");
  if (decide(input) === "deny") return no("the policy denies it today");
  if (state.policy.approval?.single_use !== false) found.status = "used"; // before anything is awaited
  return (await run(input)) ? { decision: "allow" } : no("not within limits");
}

const handlers = {
  hello: () => ({ name: "letsbe node port", version: "1", ops: OPS }),
  reset({ policy, sink }) {
    state = { ...fresh(), policy, sink };
    fault = {};
    running.clear();
    return {};
  },
  call,
  resolve,
  spend,
  revoke({ approval: id, session }) {
    const hit = id !== undefined ? [approval(id)].filter(Boolean) : Object.values(state.approvals).filter((a) => a.session === session);
    for (const a of hit) if (a.status !== "used") a.status = "revoked";
    return { ok: hit.length > 0 };
  },
  level({ session, n }) {
    if (typeof session !== "string" || !state.policy?.levels.includes(n)) return { ok: false };
    state.levels[session] = n;
    return { ok: true };
  },
  kill({ on, actor }) {
    if (on !== false) state.killed = true;
    else if (mayApprove(actor)) state.killed = false;
    return { ok: on !== false || !state.killed };
  },
  tick({ ms }) {
    if (Number.isFinite(ms) && ms > 0) state.now += ms;
    return {};
  },
  restart() {
    const before = fault;
    load();
    fault = before;
    return {};
  },
  audit: () => ({ records: state.records }),
  fault({ point, mode, ms }) {
    fault = { point, mode, ms };
    return {};
  },
};

async function answer({ op, input }) {
  if (!Object.hasOwn(handlers, op)) return { unsupported: `no op ${op}` };
  if (op === "revoke" && input.grant !== undefined) return { unsupported: "there are no standing grants" };
  const output = await handlers[op](input ?? {});
  if (["call", "spend", "resolve"].includes(op)) {
    const text = (value) => (typeof value === "string" ? value : null);
    note({ op, rid: text(input.rid), approval: text(output.approval ?? input.approval), actor: text(input.actor), decision: output.decision ?? (output.ok ? input.decision : "deny") });
  }
  if (!["hello", "audit", "fault", "restart"].includes(op)) save();
  return { output };
}

async function serve(line) {
  let id = Number(/"id":\s*(\d+)/.exec(line)?.[1] ?? 0);
  let reply;
  try {
    const request = JSON.parse(line);
    id = request.id;
    reply = await answer(request);
  } catch (error) {
    reply = { error: error.constructor.name };
  }
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
}

load();
// Cut at "\n" only: readline would also cut at U+2028, which may stand inside a JSON string.
let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  for (const line of lines) if (line.trim()) serve(line);
});
process.stdin.on("end", () => process.exit(0));
