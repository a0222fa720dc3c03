import assert from "node:assert/strict";
import { test } from "node:test";
import { all, type Pages } from "../src/queries.ts";
import { withItem } from "../src/queries-changed.ts";

interface Thing {
  readonly id: string;
  readonly text: string;
}

const thing = (id: string, text = "old"): Thing => ({ id, text });
const known: Pages<Thing> = {
  pages: [{ items: [thing("a"), thing("b")], next: "2" }, { items: [thing("c")], next: undefined }],
  pageParams: [undefined, "2"],
};
const ids = (pages: Pages<Thing> | undefined) => pages?.pages.map(({ items }) => items.map(({ id, text }) => `${id} ${text}`));

test("what has changed is changed where it is listed, and what is new comes first", () => {
  assert.deepEqual(ids(withItem(known, ({ id }) => id === "c", thing("c", "new"))), [["a old", "b old"], ["c new"]]);
  assert.deepEqual(ids(withItem(known, ({ id }) => id === "d", thing("d", "new"))), [["d new", "a old", "b old"], ["c old"]]);
});

test("what is removed is gone from its page, and from a list that nobody has asked for nothing can be", () => {
  assert.deepEqual(ids(withItem(known, ({ id }) => id === "a", undefined)), [["b old"], ["c old"]]);
  assert.deepEqual(ids(withItem(known, ({ id }) => id === "x", undefined)), ids(known));
  assert.equal(withItem<Thing>(undefined, () => true, thing("a")), undefined);
});

test("what comes again on a later page is listed once", () => {
  const again: Pages<Thing> = { ...known, pages: [...known.pages, { items: [thing("b", "new")], next: undefined }] };
  assert.deepEqual(all(again, ({ id }) => id).map(({ id, text }) => `${id} ${text}`), ["a old", "b new", "c old"]);
  assert.deepEqual(all<Thing>(undefined, ({ id }) => id), []);
});
