import assert from "node:assert/strict";
import { test } from "node:test";
import { QueryClient } from "@tanstack/query-core";
import type { ApiClient } from "../src/api/client.ts";
import { hasReached, isOver, Vouchers, type Voucher } from "../src/api/vouchers.ts";

const paid: Voucher = {
  voucherId: "v1", status: "PAID", amount: "25.00", currency: "GBP",
  recipientEmail: "anna@example.com", createdAt: "2026-01-31T12:00:00Z",
};
const REASON = "The voucher could not be delivered in time. The money was returned.";

/** Vouchers of an API that gives these answers, one after the other. */
function vouchersOf(...answers: unknown[]): Vouchers {
  return new Vouchers({ callSignedIn: async () => answers.shift() } as unknown as ApiClient, new QueryClient());
}

test("a voucher that came to nothing is over, has reached nothing and says why", async () => {
  const failed = await vouchersOf({ ...paid, status: "FAILED", reason: REASON }).get("v1");
  assert.equal(failed.reason, REASON);
  assert.ok(isOver(failed));
  assert.ok(!hasReached(failed, "PAID"));
  assert.ok(!hasReached(failed, "MAILED"));
});

test("an answer that comes late turns no failure back, and no failure is taken for progress", async () => {
  const vouchers = vouchersOf(paid, { ...paid, status: "ISSUED" }, { ...paid, status: "FAILED", reason: REASON });
  await vouchers.get("v1");
  await vouchers.advance("v1", "FAILED", REASON);
  const late = await vouchers.get("v1");
  assert.deepEqual([late.status, late.reason], ["FAILED", REASON]);
  const again = await vouchers.get("v1");
  assert.deepEqual([again.status, again.reason], ["FAILED", REASON]);
});

test("an answer that says of a failure comes after every status that is no end", async () => {
  const vouchers = vouchersOf({ ...paid, status: "ISSUED" }, { ...paid, status: "FAILED", reason: REASON });
  await vouchers.get("v1");
  assert.equal((await vouchers.get("v1")).status, "FAILED");
});

test("a status that this site does not know is not shown as one it knows", async () => {
  const lost = await vouchersOf({ ...paid, status: "LOST" }).get("v1");
  assert.ok(!hasReached(lost, "PAID"));
  assert.ok(!isOver(lost));
});
