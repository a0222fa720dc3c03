import assert from "node:assert/strict";
import { test } from "node:test";
import { match, safeReturn } from "../src/router.ts";

test("a path fits the pattern of its shape alone, a slash at the end aside", () => {
  assert.deepEqual(match("/", "/"), {});
  assert.deepEqual(match("/tariffs/:id", "/tariffs/a1/"), { id: "a1" });
  assert.equal(match("/tariffs/:id", "/tariffs"), undefined);
  assert.equal(match("/tariffs/:id", "/tariffs/a1/change"), undefined);
  assert.equal(match("/sign-in", "/sign-out"), undefined);
});

test("a parameter is decoded, and one that cannot be fits nothing", () => {
  assert.deepEqual(match("/tariffs/:id", "/tariffs/a%2Fb%20%E2%9A%A1"), { id: "a/b ⚡" });
  assert.equal(match("/tariffs/:id", "/tariffs/%E0%A4%A"), undefined);
});

test("after signing in one comes back to a path of this site and to no other site", () => {
  assert.equal(safeReturn("/tariffs/a1?x=1"), "/tariffs/a1?x=1");
  for (const path of [null, "", "//evil.example", "/\\evil.example", "https://evil.example"]) {
    assert.equal(safeReturn(path), "/");
  }
});
