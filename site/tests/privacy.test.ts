import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(resolve(REPOSITORY, path), "utf8");

test("how long something is kept is the same for who reads the page and for who reads the document", () => {
  const document = read("docs/privacy.md");
  const said = new Set(document.match(/\b\d+ days\b/g));
  for (const [, days] of document.matchAll(/\((\d\d)\)/g)) said.add(`${days} days`);
  const page = new Set(read("site/src/views/privacy.tsx").match(/\b\d+ days\b/g));

  assert.ok(said.size > 3);
  assert.deepEqual([...page].toSorted(), [...said].toSorted());
});
