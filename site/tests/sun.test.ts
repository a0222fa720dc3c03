import assert from "node:assert/strict";
import { test } from "node:test";
import { bestHours, dayAfter, energyOf, GOOD_KWH, POOR_KWH, verdictOf } from "../src/sun.ts";

/** A day whose hours bring so many watts, from midnight (UTC) on. */
function day(...watts: readonly number[]) {
  return watts.map((solarWm2, hour) => ({ time: new Date(Date.UTC(2026, 5, 1, hour)).toISOString(), solarWm2 }));
}

test("the energy of a day is its hours' watts", () => {
  assert.equal(energyOf(day(0, 500, 1_000, 0)), 1.5);
  assert.equal(energyOf([]), 0);
});

test("a day is good from one bound on, poor below the other, and middling between", () => {
  assert.deepEqual([GOOD_KWH, POOR_KWH], [4, 1.5]);
  assert.deepEqual([8, 4, 3.999, 1.5, 1.499, 0].map(verdictOf), ["good", "good", "middling", "middling", "poor", "poor"]);
});

test("the best hours are the four in a row with the most sun", () => {
  const found = bestHours(day(0, 0, 100, 300, 500, 600, 550, 200, 0));
  assert.deepEqual([found?.from.toISOString(), found?.to.toISOString()], ["2026-06-01T03:00:00.000Z", "2026-06-01T07:00:00.000Z"]);
});

test("a day without sun, or without enough hours, has no best ones", () => {
  assert.equal(bestHours(day(0, 0, 0, 0, 0, 0)), undefined);
  assert.equal(bestHours(day(100, 100)), undefined);
  assert.equal(bestHours([]), undefined);
});

test("tomorrow is London's, also where it is another day, and when clocks change", () => {
  assert.equal(dayAfter(new Date("2026-06-01T22:59:59Z")), "2026-06-02");
  assert.equal(dayAfter(new Date("2026-06-01T23:00:00Z")), "2026-06-03");
  assert.equal(dayAfter(new Date("2026-12-31T23:59:59Z")), "2027-01-01");
  assert.equal(dayAfter(new Date("2026-03-28T12:00:00Z")), "2026-03-29");
  assert.equal(dayAfter(new Date("2026-10-25T00:30:00Z")), "2026-10-26");
});
