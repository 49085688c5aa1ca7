import assert from "node:assert/strict";
import { test } from "node:test";
import { linked } from "../../src/links";

test("links to files become links to the command", () => {
  const [before, query] = linked("a [b:9](file:///w/b%20c.mln#L9,6) z", "x.open").split("?") as [string, string];
  assert.equal(before, "a [b:9](command:x.open");
  assert.deepEqual(JSON.parse(decodeURIComponent(query.replace(") z", ""))), ["file:///w/b%20c.mln", 9, 6]);
});

test("other links stay", () => {
  const text = "[a](https://example.org/#L1) `](file:` (file:///x)";
  assert.equal(linked(text, "x.open"), text);
});
