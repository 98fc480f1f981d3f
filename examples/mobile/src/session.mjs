// How the app shows an approval that is waiting.
/** @param {{tool: string, tier: string}} approval */
export function label(approval) {
  return `${approval.tool} (${approval.tier})`;
}

/** @param {{expires: number}} approval @param {number} now in seconds */
export function isOpen(approval, now) {
  return now < approval.expires;
}
