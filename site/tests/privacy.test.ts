import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(resolve(REPOSITORY, path), "utf8");
const days = (text: string) => [...new Set([...text.matchAll(/\b(\d+) (?:days|Tagen?)\b/g)].map(([, number]) => number))].toSorted();

test("how long something is kept is the same for who reads the page and for who reads the document", () => {
  const document = read("docs/privacy.md").replace(/\((\d\d)\)/g, "$1 days");

  assert.ok(days(document).length > 3);
  for (const language of ["en", "de"]) assert.deepEqual(days(read(`site/texts/${language}/about.json`)), days(document));
});
