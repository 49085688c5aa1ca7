import assert from "node:assert/strict";
import { test } from "node:test";
import { elementAt } from "../../src/elements";

const HOST = { id: "host:a", file: "f", line: 1, lastLine: 9 };
const CARD = { id: "card:a/eth0", file: "f", line: 3, lastLine: 5 };
const SAME = { id: "card:b/eth0", file: "f", line: 3, lastLine: 5 };

test("the smallest element around a line", () => {
  assert.equal(elementAt([HOST, CARD], "f", 4), CARD);
  assert.equal(elementAt([HOST, CARD], "f", 6), HOST);
});

test("of elements of the same lines, such as the cards of a superclass's heirs, the first", () => {
  assert.equal(elementAt([CARD, SAME], "f", 3), CARD);
});

test("none in other files, and none outside", () => {
  assert.equal(elementAt([HOST], "g", 4), undefined);
  assert.equal(elementAt([HOST], "f", 10), undefined);
});
