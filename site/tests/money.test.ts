import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPrice, priceProblem } from "../src/money.ts";

test("a price keeps every decimal that counts, and two at least", () => {
  assert.equal(formatPrice("0.2450", "GBP"), "£0.245");
  assert.equal(formatPrice("0.2451", "EUR"), "€0.2451");
  assert.equal(formatPrice("7", "USD"), "US$7.00");
});

test("a price that a float cannot hold is formatted exactly", () => {
  assert.equal(formatPrice("999999.9999", "GBP"), "£999,999.9999");
  assert.equal(formatPrice("9007199254740993.0001", "GBP"), "£9,007,199,254,740,993.0001");
});

test("prices which the catalog takes are taken", () => {
  for (const price of ["0", "0.0001", " 0.2450 ", "1000000", "1000000.0000"]) {
    assert.equal(priceProblem(price), undefined, price);
  }
});

test("every other price is refused with what to type instead", () => {
  const problems: Record<string, RegExp> = {
    "": /Enter a price/,
    "-1": /0 or more/,
    "0,24": /with a point/,
    "1e3": /in digits/,
    ".5": /in digits/,
    "007": /in digits/,
    "£1": /in digits/,
    "0.12345": /4 decimals/,
    "1000000.0001": /at most 1,000,000/,
    "99999999999999999999": /at most 1,000,000/,
  };
  for (const [price, expected] of Object.entries(problems)) {
    assert.match(priceProblem(price) ?? "", expected, price);
  }
});
