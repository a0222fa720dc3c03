import assert from "node:assert/strict";
import { test } from "node:test";
import { orMemory } from "../src/storage.ts";

function fake(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  } as unknown as Storage;
}

test("what is kept lies in the browser's storage", () => {
  const storage = fake();
  const kept = orMemory(() => storage);
  kept.setItem("one", "1");
  assert.equal(storage.getItem("one"), "1");
  kept.removeItem("one");
  assert.equal(kept.getItem("one"), null);
  assert.equal(storage.getItem("one"), null);
});

test("where storage is blocked, a memory stands in for it", () => {
  const kept = orMemory(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  assert.equal(kept.getItem("one"), null);
  kept.setItem("one", "1");
  assert.equal(kept.getItem("one"), "1");
  kept.removeItem("one");
  assert.equal(kept.getItem("one"), null);
});

test("what does not fit into a full storage counts before what was stored earlier", () => {
  const storage = fake();
  const kept = orMemory(() => storage);
  kept.setItem("one", "1");
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  kept.setItem("one", "2");
  assert.equal(kept.getItem("one"), "2");
});
