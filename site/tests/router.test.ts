import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../src/router.ts";
import { safeReturn } from "../src/safe-return.ts";

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
  Object.assign(globalThis, { window: { location: { origin: "https://here.example" } } });
  for (const path of ["/tariffs/a1?x=1", "/", "/a?next=https://evil.example#b", "/@evil.example", "/.well-known"]) {
    assert.equal(safeReturn(path), path);
  }
  const others = [
    null, "", "//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "javascript:alert(1)",
    "/\t/evil.example", "/\n/evil.example", "/\r\\evil.example", "\t//evil.example", " //evil.example", "/\t\t//evil.example",
    "///evil.example", "/./\\evil.example", "/.//evil.example", "/x/..//evil.example", "/%2e//evil.example", "\\\\evil.example",
    "//[", "/\u0000//evil.example/..//x",
  ];
  for (const path of others) {
    const back = safeReturn(path);
    assert.equal(new URL(back, "https://here.example").origin, "https://here.example", String(path));
    assert.doesNotMatch(back, /^\/[/\\\t\n\r]/, String(path));
  }
});
