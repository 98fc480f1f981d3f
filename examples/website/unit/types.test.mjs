// Stands for `tsc --noEmit`, which a bare machine lacks: what is exported has the types that callers rely on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CURRENCIES, cart } from "../src/cart.mjs";

test("currencies are a list of codes", () => {
  assert.ok(CURRENCIES.every((code) => /^[A-Z]{3}$/.test(code)));
});

test("a cart holds lines of an article and a number", () => {
  const { lines, currency } = cart({ seat: 5 }, "EUR");
  assert.equal(typeof currency, "string");
  assert.deepEqual(lines.map(({ sku, quantity }) => [typeof sku, typeof quantity]), [["string", "number"]]);
});

test("a currency that isn't known is refused", () => {
  assert.throws(() => cart({ seat: 1 }, "XXX"), RangeError);
});
