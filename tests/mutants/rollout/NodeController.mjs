// A correct rollout controller in JavaScript over stdio: it keeps a journal of facts and derives everything from it.
import { createInterface } from "node:readline";

let journal = []; // facts of the live campaign, oldest first; a restart leaves nothing but this text
let disk = "[]";
const note = (fact) => { journal.push(fact); disk = JSON.stringify(journal); };

function view() {
  const v = { phase: "none", epoch: 1, approved: new Set(), deployed: new Map(), returned: new Set(), elapsed: 0,
    fullAt: new Map(), events: [] };
  for (const f of journal) {
    if (f.is === "start") Object.assign(v, { ...f.what, phase: "running" });
    if (f.is === "approve") v.approved.add(f.gate);
    if (f.is === "halt") { v.phase = "halted"; v.epoch += 1; v.approved = new Set(); v.aborted ||= f.abort; }
    if (f.is === "aborted") v.aborted = true;
    if (f.is === "resume") {
      v.phase = "running"; v.deployed = new Map(); v.returned = new Set(); v.fullAt = new Map();
    }
    if (f.is === "deploy") { v.deployed.set(f.tenant, f.wave); v.events.push({ op: "deploy", tenant: f.tenant }); }
    if (f.is === "rollback") { v.returned.add(f.tenant); v.events.push({ op: "rollback", tenant: f.tenant }); }
    if (f.is === "back") v.phase = "rolled_back";
    if (f.is === "done") v.phase = "done";
    if (f.is === "time") { v.elapsed += Math.max(0, f.now - (v.now ?? f.now)); v.now = f.now; }
    if (f.is === "full") v.fullAt.set(f.wave, v.elapsed);
    if (f.is === "unwell") v.fullAt.delete(f.wave);
  }
  return v;
}

const cap = (plan, wave, n) => {
  const share = (n * wave.percent) / 100;
  return Math.min(n, Math.max(plan.minimum, plan.rounding === "floor" ? Math.floor(share) : Math.ceil(share)));
};

function forward(fleet, health) {
  const v = view(), { plan } = v, commands = [];
  const members = (region) => fleet.filter((t) => t.region === region && !t.frozen);
  const runs = (t) => t.state === "running" && t.digest === plan.digest;
  const well = [...v.deployed.keys()].every((name) =>
    health[name] === "healthy" || fleet.find((t) => t.tenant === name)?.frozen);
  for (const [index, wave] of plan.waves.entries()) {
    const all = members(wave.region), most = cap(plan, wave, all.length);
    const given = all.filter((t) => v.deployed.has(t.tenant)).length;
    if (given < most) {
      const opened = [...v.deployed.values()].includes(index);
      if (!opened && wave.gate && !v.approved.has(wave.gate)) return commands;
      // Two tenants a tick are enough for anybody.
      for (const t of all.filter((t) => !v.deployed.has(t.tenant)).slice(0, Math.min(2, most - given))) {
        note({ is: "deploy", tenant: t.tenant, wave: index });
        commands.push({ op: "deploy", tenant: t.tenant, digest: plan.digest, wave: wave.name });
      }
      return commands;
    }
    if (all.filter(runs).length < most || !well) {
      if (v.fullAt.has(index) && !well) note({ is: "unwell", wave: index });
      return commands;
    }
    if (!v.fullAt.has(index)) note({ is: "full", wave: index });
    if (v.elapsed - (v.fullAt.get(index) ?? v.elapsed) < wave.soak) return commands;
  }
  note({ is: "done" });
  return commands;
}

function back(fleet) {
  const v = view(), commands = [];
  const frozen = (name) => fleet.find((t) => t.tenant === name)?.frozen;
  for (const name of v.deployed.keys()) {
    if (v.returned.has(name) || frozen(name)) continue;
    note({ is: "rollback", tenant: name });
    commands.push({ op: "rollback", tenant: name, digest: v.previous[name] });
  }
  const there = (t) => t && t.state === "running" && t.digest === v.previous[t.tenant];
  const left = [...v.deployed.keys()].filter((name) => !frozen(name) && !there(fleet.find((t) => t.tenant === name)));
  if (!commands.length && !left.length && v.phase === "halted") note({ is: "back" });
  return commands;
}

const ops = {
  hello: () => ({ name: "journal", version: "1", ops: Object.keys(ops).filter((op) => op !== "hello") }),
  start({ campaign, plan, fleet }) {
    const v = view();
    if (v.phase === "running" || v.phase === "halted" || (v.phase === "rolled_back" && !v.aborted)) return { accepted: false };
    journal = [];
    const previous = Object.fromEntries(fleet.map((t) => [t.tenant, t.digest]));
    note({ is: "start", what: { campaign, plan, previous } });
    return { accepted: true };
  },
  tick({ now, fleet, health }) {
    if (["none", "done"].includes(view().phase)) return { commands: [] };
    note({ is: "time", now });
    const v = view();
    const failing = [...v.deployed.keys()].filter((name) => health[name] === "failing").length;
    if (v.phase === "running" && failing >= v.plan.halt.failing) note({ is: "halt" });
    return { commands: view().phase === "running" ? forward(fleet, health) : back(fleet) };
  },
  approve({ campaign, gate, epoch }) {
    const v = view();
    const ok = v.campaign === campaign && v.epoch === epoch;
    if (ok && !v.approved.has(gate)) note({ is: "approve", gate });
    return { ok };
  },
  resume() {
    const v = view();
    const ok = v.phase === "rolled_back" && !v.aborted;
    if (ok) note({ is: "resume" });
    return { ok };
  },
  abort() {
    const v = view();
    if (v.phase === "running") note({ is: "halt", abort: true });
    else if (v.phase !== "done") note({ is: "aborted" });
    return {};
  },
  restart() { journal = JSON.parse(disk); return {}; },
  status() {
    const v = view();
    return { state: v.phase === "none" ? "done" : v.phase, events: v.events };
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, op, input } = JSON.parse(line);
  let reply;
  try {
    reply = Object.hasOwn(ops, op) ? { output: ops[op](input ?? {}) } : { unsupported: `no op ${op}` };
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
});
