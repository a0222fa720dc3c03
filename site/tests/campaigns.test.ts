import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver } from "../src/api/campaigns.ts";
import { notMailed, people, statusOf } from "../src/views/campaigns.ts";

test("nothing will happen any more to a campaign that is sent, has failed or is cancelled", () => {
  assert.deepEqual((["PREPARING", "SENDING", "SENT", "FAILED", "CANCELLED"] as const).filter((status) => !isOver({ status })), ["PREPARING", "SENDING"]);
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
