import assert from "node:assert/strict";
import { test } from "node:test";
import { axisEnd, dateAt, halfHours, isDate, midnight, moved, partsOf, usedIn } from "../src/half-hours.ts";

const at = (moment: number) => new Date(moment).toISOString();

/** A reading of every half hour from one moment until another, of so many kWh. */
function readings(from: string, to: string, kwh: string) {
  const found = [];
  for (let moment = Date.parse(from); moment < Date.parse(to); moment += 1_800_000) found.push({ readAt: at(moment), kwh });
  return found;
}

test("a day begins at London's midnight, summer and winter, and on the days when clocks change", () => {
  const begins: readonly [string, string][] = [
    ["2026-01-15", "2026-01-15T00:00:00.000Z"],
    ["2026-03-29", "2026-03-29T00:00:00.000Z"],
    ["2026-03-30", "2026-03-29T23:00:00.000Z"],
    ["2026-10-25", "2026-10-24T23:00:00.000Z"],
    ["2026-10-26", "2026-10-26T00:00:00.000Z"],
  ];
  for (const [date, moment] of begins) assert.equal(at(midnight(date)), moment);
  assert.equal(dateAt(Date.parse("2026-06-01T23:00:00Z")), "2026-06-02");
});

test("a day has 48 half hours, 46 when clocks go forward, 50 when they go back", () => {
  const counts = ["2026-01-15", "2026-03-29", "2026-10-25"].map((date) => partsOf("day", date).length);
  assert.deepEqual(counts, [48, 46, 50]);
});

test("a month has its days and a year its months, each as long as it is there", () => {
  const march = partsOf("month", "2026-03-15");
  assert.equal(march.length, 31);
  assert.deepEqual([march[27], march[28], march[29]].map((day) => day && halfHours(day)), [48, 46, 48]);
  assert.equal(partsOf("month", "2028-02-29").length, 29);
  const year = partsOf("year", "2026-12-31");
  assert.deepEqual([at(year[0]?.from ?? 0), at(year[6]?.from ?? 0), at(year.at(-1)?.to ?? 0)], [
    "2026-01-01T00:00:00.000Z", "2026-06-30T23:00:00.000Z", "2027-01-01T00:00:00.000Z",
  ]);
  assert.equal(halfHours({ from: year[0]?.from ?? 0, to: year.at(-1)?.to ?? 0 }), 365 * 48);
});

test("what was used is summed by London's days, without an error of binary fractions", () => {
  const used = usedIn(partsOf("month", "2026-10-01"), readings("2026-09-30T22:30:00Z", "2026-11-01T00:30:00Z", "0.1"));
  assert.deepEqual(used.map(({ readings: count }) => count), [...Array(24).fill(48), 50, ...Array(6).fill(48)]);
  assert.deepEqual([used[0]?.wh, used[24]?.wh], [4_800, 5_000]);
  const half = usedIn(partsOf("day", "2026-01-15"), [{ readAt: "2026-01-15T00:30:00Z", kwh: "0" }, { readAt: "2026-01-15T01:00:00+00:00", kwh: 0.29 }]);
  assert.deepEqual(half.slice(0, 4).map(({ wh }) => wh), [undefined, 0, 290, undefined]);
});

test("earlier and later are days, months and years of the calendar", () => {
  assert.equal(moved("day", "2026-03-01", -1), "2026-02-28");
  assert.equal(moved("day", "2026-10-25", 1), "2026-10-26");
  assert.equal(moved("month", "2026-03-31", -1), "2026-02-28");
  assert.equal(moved("month", "2026-12-15", 1), "2027-01-15");
  assert.equal(moved("year", "2028-02-29", 1), "2029-02-28");
});

test("an axis ends at a round number that is enough", () => {
  assert.deepEqual([0, 7, 0.9, 41, 1_234, 100].map(axisEnd), [1, 8, 1, 60, 1_500, 100]);
});

test("a date is one that there is", () => {
  assert.deepEqual(["2026-02-28", "2026-02-30", "2026-2-3", "tomorrow", null].map(isDate), [true, false, false, false, false]);
});
