import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { compiled, messagesOf, textFiles } from "../../tools/texts.ts";
import { number, plural } from "../src/formats.ts";

const SOURCES = resolve(import.meta.dirname, "../src");
const IMPORT = /import \* as (\w+) from "(?:\.\.?\/)+\.texts\/(\w+)\.ts"/g;

/** What texts are grouped in. */
function parts(): ReadonlySet<string> {
  return new Set(textFiles().map((file) => file.replace(/^.*[\\/]|\.json$/g, "")));
}

/** The messages of one language, as the browser has them. */
function spoken(language: string, messages: Readonly<Record<string, string>>): any[] {
  const code = compiled("part", { en: messages, de: messages }).get(`part.${language}.ts`) ?? "";
  const array = code.replace(/^import .*$/m, "").replace("export default", "return").replaceAll("v: any", "v").replaceAll(" as any", "");
  return new Function("number", "plural", array)(number, plural) as any[];
}

test("a message is a text, or a function of its values", () => {
  const [plain, greeting, count, unit, rich] = spoken("en", {
    plain: "No '{v}' “quotes”",
    greeting: "For {name}, by {sender}",
    count: "{n, plural, =0 {none} one {# tariff} other {# tariffs of {name}}}",
    unit: "per {unit, select, day {day} other {unit {unit}}}",
    rich: "Sent to <strong>{email}</strong>.",
  });

  assert.equal(plain, "No {v} “quotes”");
  assert.equal(greeting({ name: "Anna", sender: "Bea" }), "For Anna, by Bea");
  assert.deepEqual([0, 1, 1200].map((n) => count({ n, name: "x" })), ["none", "1 tariff", "1,200 tariffs of x"]);
  assert.deepEqual(["day", "h"].map((one) => unit({ unit: one })), ["per day", "per unit h"]);
  assert.deepEqual(rich({ email: "a@example.com", strong: (inside: string) => [inside] }), ["Sent to ", ["a@example.com"], "."]);
});

test("a message that is missing, unknown, no message or takes other values is refused, with its place", () => {
  const refused = (en: Record<string, string>, de: Record<string, string>) => () => compiled("part", { en, de });

  assert.throws(refused({ a: "A", b: "B" }, { a: "A" }), /texts\/de\/part\.json must have every text .* it lacks b$/);
  assert.throws(refused({ a: "A" }, { a: "A", c: "C" }), /texts\/de\/part\.json must have no text .* got c$/);
  assert.throws(refused({ a: "Hello {name}" }, { a: "Hallo {nane}" }), /a must take the same values .* readonly name: string .* readonly nane: string/);
  assert.throws(refused({ a: "{n} tariffs" }, { a: "{n, plural, one {ein Tarif} other {# Tarife}}" }), /a must take the same values/);
  assert.throws(refused({ a: "A" }, { a: " " }), /a in site\/texts\/de\/part\.json must be a text/);
  assert.throws(refused({ a: "{n" }, { a: "A" }), /a in site\/texts\/en\/part\.json must be an ICU message, got \{n/);
  assert.throws(refused({ a: "{n, date}" }, { a: "{n, date}" }), /dates are formatted by/);
  assert.throws(refused({ "a-b": "A" }, { "a-b": "A" }), /keys .* must be like twoWords, got a-b/);
  assert.throws(refused({ new: "A" }, { new: "A" }), /keys .* must be like twoWords, got new/);
});

test("every text is shown somewhere", () => {
  const used = new Set<string>();
  for (const name of globSync("**/*.{ts,tsx}", { cwd: SOURCES })) {
    const source = readFileSync(resolve(SOURCES, name), "utf8");
    for (const [, alias, part] of source.matchAll(IMPORT)) {
      for (const [, key] of source.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, "g"))) used.add(`${part}.${key}`);
    }
  }
  for (const [, key] of readFileSync(resolve(SOURCES, "../index.html"), "utf8").matchAll(/%(\w+)\.(\w+)%/g)) used.add(`page.${key}`);
  const all = [...parts()].flatMap((part) => Object.keys(messagesOf(part)["en"] ?? {}).map((key) => `${part}.${key}`));

  assert.ok(all.length > 10);
  assert.deepEqual(all.filter((one) => !used.has(one)), []);
});

test("each language has the marks of its own, and no straight ones", () => {
  const wrong: Readonly<Record<string, RegExp>> = { en: /["„]|“[^”]*$/, de: /["”]|„[^“]*$|(?<!\u00a0)…/ };
  for (const part of parts()) {
    for (const [language, messages] of Object.entries(messagesOf(part))) {
      assert.deepEqual(Object.entries(messages).filter(([, text]) => wrong[language]?.test(text)), [], `${language}/${part}`);
    }
  }
});
