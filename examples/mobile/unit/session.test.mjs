import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, label } from "../src/session.mjs";

test("an approval is shown with its tool and tier", () => {
  assert.equal(label({ tool: "fs.write", tier: "write" }), "fs.write (write)");
});

test("an approval ends at its time", () => {
  assert.equal(isOpen({ expires: 10 }, 9), true);
  assert.equal(isOpen({ expires: 10 }, 10), false);
});
