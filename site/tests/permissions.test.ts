import assert from "node:assert/strict";
import { test } from "node:test";
import { can } from "../src/auth/permissions.ts";

// The rows of tests/unit/lambda_src/shared/test_permissions.py: both sides must agree.
const TABLE: readonly (readonly [string, string, string, boolean])[] = [
  ["write:products", "write", "products", true],
  ["write:products", "read", "products", false],
  ["write:products", "write", "vouchers", false],
  ["write:products", "write", "products/p1", false],
  ["write:products", "write", "product", false],
  ["write:products", "Write", "products", false],
  ["write:products", "", "", false],
  ["write:products/*", "write", "products/p1", true],
  ["write:products/*", "write", "products/", true],
  ["write:products/*", "write", "products", false],
  ["write:products*", "write", "products", true],
  ["write:products*", "write", "products/p1/prices", true],
  ["*:products", "delete", "products", true],
  ["*:products", "delete", "vouchers", false],
  ["write:*", "write", "anything/at.all", true],
  ["write:*", "read", "anything", false],
  ["*:*", "grant", "permissions", true],
  ["*:*", "", "", true],
  ["re*:*s", "read", "products", true],
  ["re*:*s", "read", "product", false],
  ["read:a*b*c", "read", "aXbYc", true],
  ["read:a*b*c", "read", "abc", true],
  ["read:a*b*c", "read", "acb", false],
  ["read:ab*ba", "read", "aba", false],
  ["read:a*a", "read", "a", false],
  ["read:*ab*ab*", "read", "ab", false],
  ["read:*ab*ab*", "read", "abab", true],
  ["read:a.c", "read", "abc", false],
  ["read:**", "read", "x", true],
  ["write:products/*", "write", "products/*", true],
  ["write:products/p1", "write", "products/*", false],
  ["write:*", "write", "*", true],
  ["write:products", "*", "products", false],
];

test("a permission allows what its patterns match", () => {
  for (const [granted, action, resource, allowed] of TABLE) {
    assert.equal(can(granted, action, resource), allowed, `${granted} for ${action}:${resource}`);
  }
});

test("one of several permissions is enough", () => {
  assert.equal(can("list:users write:products", "write", "products"), true);
  assert.equal(can("list:users read:products", "write", "products"), false);
});

test("a claim that is empty or broken grants nothing", () => {
  const broken = [
    "", " ", "write", "write:", ":products", "write:products ", "write:products  list:users", "write:products\n",
    "write:products list:users:more", "*:* list", "écrire:products", `write:products write:${"x".repeat(129)}`,
  ];
  for (const claim of broken) assert.equal(can(claim, "write", "products"), false, JSON.stringify(claim));
});

test("a pattern made to be slow is not", () => {
  const started = performance.now();
  assert.equal(can(`a:${"*a".repeat(63)}*b`, "a", "a".repeat(100_000)), false);
  assert.ok(performance.now() - started < 500);
});
