import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOf, amountProblem, priceProblem } from "../src/amounts.ts";
import { money } from "../src/formats.ts";

test("a price keeps every decimal that counts, and two at least", () => {
  assert.equal(money("0.2450", "GBP"), "£0.245");
  assert.equal(money("0.2451", "EUR"), "€0.2451");
  assert.equal(money("7", "USD"), "US$7.00");
});

test("a price that a float cannot hold is formatted exactly", () => {
  assert.equal(money("999999.9999", "GBP"), "£999,999.9999");
  assert.equal(money("9007199254740993.0001", "GBP"), "£9,007,199,254,740,993.0001");
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

test("an amount is taken as people type it, and sent with two decimals", () => {
  const sent: Record<string, string> = { "1": "1.00", " 25.5 ": "25.50", "£10": "10.00", "£ 499.99": "499.99", "500.00": "500.00" };
  for (const [typed, amount] of Object.entries(sent)) {
    assert.equal(amountProblem(typed), undefined, typed);
    assert.equal(amountOf(typed), amount);
  }
});

test("every other amount is refused with what to type instead", () => {
  const problems: Record<string, RegExp> = {
    "": /Enter an amount/,
    "0": /from £1 to £500/,
    "0.99": /from £1 to £500/,
    "500.01": /from £1 to £500/,
    "1e2": /in digits/,
    "-5": /in digits/,
    "$5": /in digits/,
    "1,50": /with a point/,
    "1.005": /2 decimals/,
  };
  for (const [amount, expected] of Object.entries(problems)) {
    assert.match(amountProblem(amount) ?? "", expected, amount);
  }
});
