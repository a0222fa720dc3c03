import assert from "node:assert/strict";
import { test } from "node:test";
import { askAgainIn, notMailed, people, statusOf } from "../src/views/campaigns.ts";

test("a campaign is asked for less and less often, and no more when it is over", () => {
  const waits = [0, 1, 5, 100].map((times) => Number(askAgainIn([{ status: "SENDING" }], times)));
  assert.deepEqual([...waits].sort((one, other) => one - other), waits);
  assert.equal(waits[0], 1_000);
  assert.equal(waits[3], 10_000);
  for (const status of ["SENT", "FAILED", "CANCELLED"] as const) assert.equal(askAgainIn([{ status }], 0), false);
  assert.equal(askAgainIn([{ status: "SENT" }, { status: "PREPARING" }], 0), 1_000);
  assert.equal(askAgainIn([], 0), false);
});

test("a campaign that is to stop says so until it has, or is over anyway", () => {
  const cancelRequestedAt = "2026-03-01T09:30:00Z";
  assert.equal(statusOf({ status: "SENDING" }), "Being sent");
  assert.equal(statusOf({ status: "SENDING", cancelRequestedAt }), "Being cancelled");
  assert.equal(statusOf({ status: "CANCELLED", cancelRequestedAt }), "Cancelled");
  assert.equal(statusOf({ status: "SENT", cancelRequestedAt }), "Sent");
});

test("who got no mail is told with the reason, one that is new to this site included", () => {
  assert.deepEqual(notMailed({ notMailed: { UNSUBSCRIBED: 1, AWAY: 1_200 } }), ["1 person: had unsubscribed by then", "1,200 people: AWAY"]);
  assert.equal(people(0), "0 people");
});
