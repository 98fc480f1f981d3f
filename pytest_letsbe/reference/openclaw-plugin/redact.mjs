// Every string inside a value, with its secrets cut out. Small on purpose: the redaction check judges real redactors.
const SECRETS = [
  /gh[pousr]_[A-Za-z0-9]{20,}/g,
  /glpat-[A-Za-z0-9_-]{20,}/g,
  /(?:AKIA|ASIA)[A-Z0-9]{16}/g,
  /sk[-_][A-Za-z0-9_-]{20,}/g,
  /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];
const text = (value) => SECRETS.reduce((rest, secret) => rest.replace(secret, "[redacted]"), value);

export function redacted(value) {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), redacted(inner)]));
}
