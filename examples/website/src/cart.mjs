// What the price page sends to the pricing service; amounts stay whole numbers of minor units.
export const CURRENCIES = ["EUR", "USD"];

/** @param {Record<string, number>} chosen @param {string} currency */
export function cart(chosen, currency) {
  if (!CURRENCIES.includes(currency)) throw new RangeError("unknown currency");
  return { lines: Object.entries(chosen).map(([sku, quantity]) => ({ sku, quantity })), currency };
}
