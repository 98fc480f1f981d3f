// A forward proxy of a few lines around an npm agent filter: names by the policy, addresses by request-filtering-agent.
const fs = require("node:fs");
const http = require("node:http");
const { RequestFilteringHttpAgent } = require("request-filtering-agent");

const [port, policyPath] = process.argv.slice(2);
const policy = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(policyPath)));
if (policy.version !== 1 || !["allow", "deny"].includes(policy.mode) || !Array.isArray(policy.allow)) {
  throw new Error("the policy can't be read");
}
const OWN = ["proxy-authorization", "proxy-connection", "connection", "keep-alive", "te", "trailer", "upgrade", "via", "forwarded",
  "x-forwarded-for", "x-forwarded-host", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "http2-settings"];
const plain = new RequestFilteringHttpAgent();

function permitted(host, port) {
  if (policy.mode === "deny") {
    return !policy.deny.some((rule) => matches(rule, host)) && [80, 443].includes(port);
  }
  return policy.allow.some((rule) => matches(rule, host) && rule.ports.includes(port));
}

function matches(rule, host) {
  return rule.host ? host === rule.host : host.endsWith("." + rule.suffix);
}

const server = http.createServer((request, response) => {
  let url;
  try {
    url = new URL(request.url);
  } catch {
    response.writeHead(400).end();
    return;
  }
  const target = Number(url.port || 80);
  if (url.protocol !== "http:" || !permitted(url.hostname, target)) {
    response.writeHead(403).end();
    return;
  }
  const headers = { ...request.headers, host: url.host };
  for (const name of [...OWN, ...String(request.headers.connection ?? "").toLowerCase().split(/[ ,]+/)]) delete headers[name];
  let upstream;
  try {
    upstream = http.request({ host: url.hostname, port: target, path: url.pathname + url.search, method: request.method, headers, agent: plain }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
  } catch {
    response.writeHead(403).end();
    return;
  }
  upstream.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(403).end()));
  request.pipe(upstream);
  response.on("close", () => upstream.destroy());
});

server.on("connect", (request, client, head) => {
  const colon = request.url.lastIndexOf(":");
  const [host, target] = [request.url.slice(0, colon).toLowerCase(), Number(request.url.slice(colon + 1))];
  client.on("error", () => client.destroy());
  if (target !== 443 || !permitted(host, target)) {
    client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  let upstream;
  try {
    // The agent's filter stands in createConnection; the TLS agent would speak TLS itself, and the tunnel carries the client's.
    upstream = plain.createConnection({ host, port: target, protocol: "http:" }, () => {});
  } catch {
    client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  upstream.once("connect", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length) upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on("error", () => client.destroy());
  client.on("close", () => upstream.destroy());
});

server.on("clientError", (_, socket) => socket.writable && socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
server.listen(Number(port), "127.0.0.1");
