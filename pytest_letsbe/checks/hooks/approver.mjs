// An operator who approves over OpenClaw's WebSocket: JSON lines in and out, one socket for each number asked for.
// In: {id, socket, method, params}. Out: {id, ok, payload | error}, or {id, ok: false, error} when the socket can't connect.
import { createInterface } from "node:readline";

const [url, token] = [process.env.LETSBE_GATEWAY, process.env.LETSBE_TOKEN];
const SCOPES = ["operator.admin", "operator.approvals", "operator.read", "operator.write"];
const sockets = new Map();
let serial = 0;

function connect() {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url);
    const waiting = new Map();
    const ask = (method, params) =>
      new Promise((answer) => {
        const id = `letsbe-${++serial}`;
        waiting.set(id, answer);
        ws.send(JSON.stringify({ type: "req", id, method, params }));
      });
    ws.onerror = () => reject(new Error("the gateway refused the connection"));
    ws.onclose = (event) => {
      for (const answer of waiting.values()) answer({ ok: false, error: `the gateway closed: ${event.reason}` });
      reject(new Error(`the gateway closed: ${event.reason}`));
      sockets.clear();
    };
    ws.onmessage = async ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "res") {
        waiting.get(frame.id)?.(frame);
        waiting.delete(frame.id);
      } else if (frame.event === "connect.challenge") {
        // OpenClaw keeps the scopes of a device-less client only on its own helper's path: this id, this mode, loopback.
        const client = { id: "gateway-client", version: "1.0.0", platform: process.platform, mode: "backend" };
        const hello = await ask("connect", {
          minProtocol: 3, maxProtocol: 9, client, role: "operator", scopes: SCOPES,
          caps: ["plugin-approvals", "exec-approvals"], auth: { token },
        });
        if (hello.ok) resolve({ ask });
        else reject(new Error(JSON.stringify(hello.error)));
      }
    };
  });
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, socket = 0, method, params } = JSON.parse(line);
  let reply;
  try {
    if (!sockets.has(socket)) sockets.set(socket, connect());
    const { ask } = await sockets.get(socket);
    const { ok, payload, error } = await ask(method, params);
    reply = { id, ok: ok === true, payload, error };
  } catch (error) {
    sockets.delete(socket);
    reply = { id, ok: false, error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}).on("close", () => process.exit(0));
