import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { contract, exampleOf, inPlace, requestOf } from "../src/api/contracts.ts";

const DOCUMENTS = resolve(import.meta.dirname, "../../docs/openapi");

function read(name: string) {
  return contract(name, "https://api.example", JSON.parse(readFileSync(resolve(DOCUMENTS, `${name}.json`), "utf8")));
}

function operation(name: string, method: string, path: string) {
  const api = read(name);
  const found = api.operations.find((each) => each.method === method && each.path === path);
  assert.ok(found);
  return { api, found };
}

test("every contract can be shown", () => {
  for (const file of readdirSync(DOCUMENTS)) {
    const { title, operations } = read(file.replace(".json", ""));

    assert.ok(title);
    assert.ok(operations.every(({ summary, answers }) => summary && answers.length > 1));
  }
});

test("an operation says its permission, its answers and the shape of its body", () => {
  const { found } = operation("catalog", "POST", "/products");

  assert.equal(found.permission, "write:products");
  assert.equal(found.needsToken, true);
  assert.ok(found.answers.some(({ status, description }) => status === "422" && description));
  assert.deepEqual(Object.keys(exampleOf(found.body ?? {}) as object), ["name", "price", "currency", "description", "unit"]);
});

test("what was typed goes where the contract says, and nothing where nothing was", () => {
  const { api, found } = operation("vouchers", "POST", "/vouchers");
  const { url, method, headers } = requestOf(api, found, new Map([["Idempotency-Key", "k1"]]));

  assert.equal(`${method} ${url}`, "POST https://api.example/vouchers");
  assert.equal(headers.get("idempotency-key"), "k1");
  const list = operation("catalog", "GET", "/products");
  assert.equal(requestOf(list.api, list.found, new Map([["limit", "5"], ["nextToken", ""]])).url, "https://api.example/products?limit=5");
  const one = operation("catalog", "GET", "/products/{productId}");
  assert.equal(requestOf(one.api, one.found, new Map([["productId", "a/b"]])).url, "https://api.example/products/a%2Fb");
});

test("a schema that holds itself ends", () => {
  const tree = { type: "object", properties: { parts: { type: "array", items: { $ref: "#/tree" } } } };

  const { properties } = inPlace({ $ref: "#/tree" }, { tree }) as { properties: { parts: { items: unknown } } };
  assert.deepEqual(properties.parts.items, { $ref: "#/tree" });
});
