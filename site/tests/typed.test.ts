import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiClient, Call } from "../src/api/client.ts";
import type { paths } from "../src/api/.contract/catalog.ts";
import { typed } from "../src/api/typed.ts";

test("a call goes to the address of its route, with what it takes filled in", async () => {
  const asked: [string, Call][] = [];
  const note = async (address: string, call: Call) => void asked.push([address, call]);
  const catalog = typed<paths>({ call: note, callSignedIn: note } as unknown as ApiClient);
  await catalog.call("get", "/products", { query: { limit: 5, nextToken: "a b&c" } });
  await catalog.call("get", "/products", {});
  await catalog.callSignedIn("delete", "/products/{productId}", { path: { productId: "a/b ⚡" } });
  // @ts-expect-error -- the document knows no such route
  await catalog.call("get", "/tariffs", {});
  // @ts-expect-error -- nor a body without a name
  await catalog.callSignedIn("post", "/products", { body: { price: "1", currency: "GBP" } });
  assert.deepEqual(asked.slice(0, 3), [
    ["/products?limit=5&nextToken=a+b%26c", { method: "GET" }],
    ["/products", { method: "GET" }],
    ["/products/a%2Fb%20%E2%9A%A1", { method: "DELETE" }],
  ]);
});
