import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf, pauseBefore } from "../src/push/live.ts";

test("pauses between attempts double up to a minute, and differ from browser to browser", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 7, 100].map((attempt) => pauseBefore(attempt, 1)), [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(pauseBefore(3, 0), 4_000);
  assert.equal(pauseBefore(3, 0.5), 6_000);
});

test("what happened is a message, and the answers of the channel itself are not", () => {
  const told = { type: "VoucherIssued", id: "000000000042", time: "2026-01-31T12:00:00Z", data: { voucherId: "v1" } };
  assert.deepEqual(messageOf(JSON.stringify(told)), { type: told.type, id: told.id, data: told.data });
  const others = ['{"type":"pong"}', '{"type":"error","detail":"?"}', '{"type":"X","id":7,"data":{}}', '{"type":"X","id":"1","data":null}', "null", "{", new Blob()];
  for (const other of others) assert.equal(messageOf(other), undefined);
});
