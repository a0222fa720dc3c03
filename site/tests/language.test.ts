import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { amountOf, amountProblem, priceOf, priceProblem, typed } from "../src/amounts.ts";
import { compare, moment, money, number } from "../src/formats.ts";
import { day, list, shortMoney } from "../src/more-formats.ts";
import { choice, language, LOCALES, NAMES, speak, texts } from "../src/language.ts";
import { perUnit } from "../src/money.ts";
import { passwordProblem } from "../src/password.ts";
import * as t from "../src/.texts/visitor.ts";

const NOON = "2026-03-01T12:00:00Z";

afterEach(() => speak("en"));

test("the first of the browser's languages that there is is spoken, else English", () => {
  assert.equal(choice(["", "fr-FR", "de-AT", "en"]), "de");
  assert.equal(choice(["en", "de-DE", "en-US"]), "en");
  assert.equal(choice(["fr", "toString"]), "en");
});

test("each language is called as it calls itself", () => {
  const itself = Object.keys(LOCALES).map((one) => [one, new Intl.DisplayNames(one, { type: "language" }).of(one)]);
  assert.deepEqual(NAMES, Object.fromEntries(itself));
});

test("another language puts its texts in the place of all that are there", async () => {
  assert.deepEqual([t.signIn, t.counted({ n: 1 }), t.counted({ n: 1200 })], ["Sign in", "1 tariff", "1,200 tariffs"]);

  await speak("de");

  assert.deepEqual([t.signIn, t.counted({ n: 1 }), t.counted({ n: 1200 })], ["Anmelden", "1 Tarif", "1.200 Tarife"]);
  assert.match(passwordProblem("abc") ?? "", /noch mindestens 12 Zeichen, einen Großbuchstaben, eine Ziffer und ein Sonderzeichen/);
});

test("numbers, money, dates, lists and the order of names are those of the language", async () => {
  const shown = () => [number(1234.5), money("0.2450", "GBP"), money("1000.00", "EUR"), shortMoney("10.00", "GBP"), day(NOON), list(["a", "b", "c"]), perUnit("day")];
  const moments = () => [moment("2026-03-01T12:34:00"), moment("2026-03-01T12:34:00", "medium")];

  assert.deepEqual(shown(), ["1,234.5", "£0.245", "€1,000.00", "£10", "1 March 2026", "a, b and c", "per day"]);
  assert.deepEqual(moments(), ["1 March 2026 at 12:34", "1 Mar 2026, 12:34"]);
  await speak("de");
  assert.deepEqual(shown(), ["1.234,5", "0,245\u00a0£", "1.000,00\u00a0€", "10\u00a0£", "1. März 2026", "a, b und c", "pro Tag"]);
  assert.deepEqual(moments(), ["1. März 2026 um 12:34", "01.03.2026, 12:34"]);
  assert.ok(compare("Öko", "Zebra") < 0 && compare("Tarif 9", "Tarif 10") < 0);
});

test("what is no amount is shown as it came", () => {
  assert.deepEqual([money("free", "GBP"), money("1.00", "pound")], ["free GBP", "1.00 pound"]);
});

test("in German a comma stands before the decimals, and a point does as well", async () => {
  await speak("de");

  assert.deepEqual([typed("0.2450"), priceOf(" 0,2450 "), priceOf("0.2450")], ["0,2450", "0.2450", "0.2450"]);
  assert.deepEqual(["25,5", "25", "25.00", "25,50 £"].map(amountOf), ["25.50", "25.00", "25.00", "25.50"]);
  for (const amount of ["25,5", "1", "500,00 £"]) assert.equal(amountProblem(amount), undefined, amount);
  assert.match(amountProblem("1.000,50") ?? "", /höchstens einem Komma ein, zum Beispiel 25,00/);
  assert.match(amountProblem("0,99") ?? "", /von 1\u00a0£ bis 500\u00a0£/);
  assert.match(priceProblem("0,12345") ?? "", /höchstens 4 Nachkommastellen/);
});

/** A part whose texts come at once, unless they are held: then when they are told to. */
function part() {
  const held: { readonly come: () => void; readonly fail: () => void }[] = [];
  const taken: unknown[] = [];
  const state = { isHeld: false };
  const load = (to: string) => () => {
    const text = { default: [to] };
    if (!state.isHeld) return Promise.resolve(text);
    return new Promise<typeof text>((resolve, reject) => held.push({ come: () => resolve(text), fail: () => reject(new Error("offline")) }));
  };
  return { held, taken, state, have: () => texts({ en: load("en"), de: load("de") }, ([text]) => taken.push(text)) };
}

test("texts that cannot be loaded change nothing", async () => {
  const { held, taken, state, have } = part();
  await have();
  state.isHeld = true;
  const speaking = speak("de");
  held[0]?.fail();

  await assert.rejects(speaking, /offline/);
  assert.deepEqual([language.value, t.signIn, taken], ["en", "Sign in", ["en"]]);
  state.isHeld = false;
});

test("of two languages chosen quickly the last one is spoken, whichever comes first", async () => {
  const { held, taken, state, have } = part();
  await have();
  state.isHeld = true;
  const [first, last] = [speak("de"), speak("en")];
  held[1]?.come();
  await last;
  held[0]?.come();
  await first;

  assert.deepEqual([language.value, t.signIn, taken], ["en", "Sign in", ["en", "en"]]);
  state.isHeld = false;
});

test("texts that come while another language is chosen are of that one", async () => {
  const { held, taken, state, have } = part();
  state.isHeld = true;
  const ready = have();
  const speaking = speak("de");
  held[1]?.come();
  await speaking;
  state.isHeld = false;
  held[0]?.come();
  await ready;

  assert.equal(taken.at(-1), "de");
});
