// Stands for `tsc --noEmit`, which a bare machine lacks: what is exported has the types that callers rely on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, label } from "../src/session.mjs";

test("label gives text, isOpen a boolean", () => {
  assert.equal(typeof label({ tool: "a", tier: "b" }), "string");
  assert.equal(typeof isOpen({ expires: 1 }, 0), "boolean");
});
