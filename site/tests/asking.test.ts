import assert from "node:assert/strict";
import { test } from "node:test";
import { askAgainIn } from "../src/ui/asking.ts";

test("what may change is asked for less and less often, and no more when it will not", () => {
  const waits = [0, 1, 5, 100].map((times) => Number(askAgainIn(true, { dataUpdateCount: times, errorUpdateCount: 0 })));
  assert.deepEqual([...waits].sort((one, other) => one - other), waits);
  assert.equal(waits[0], 1_000);
  assert.equal(waits[3], 10_000);
  assert.ok(Number(askAgainIn(true, { dataUpdateCount: 0, errorUpdateCount: 3 })) > 1_000);
  assert.equal(askAgainIn(true, { dataUpdateCount: 0, errorUpdateCount: 0 }, true), 10_000);
  assert.equal(askAgainIn(false, { dataUpdateCount: 0, errorUpdateCount: 0 }), false);
});
