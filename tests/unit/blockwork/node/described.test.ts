import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { text } from "#blockwork/bodies.ts";
import { type Description, described } from "#blockwork/described.ts";
import { ProblemError } from "#blockwork/problems.ts";
import { service } from "#blockwork/service.ts";

const ORDER: Description = {
  name: "placeOrder",
  summary: "An order",
  title: "OrderBody",
  body: {
    sku: { schema: { type: "string" }, check: text(() => undefined) },
    note: { isOptional: true, check: text(() => undefined) },
  },
  answer: { title: "OrderView", type: "object" },
};

function request(body: object) {
  const content = new TextEncoder().encode(JSON.stringify(body));
  return { path: {}, query: {}, headers: {}, body: content, claims: {} };
}

describe("a described route", () => {
  const route = described(ORDER, ({ sku }) => ({ status: 200, body: { sku } }));

  it("is given the body that it describes", async () => {
    assert.deepEqual(await route(request({ sku: "tea" })), { status: 200, body: { sku: "tea" } });
  });

  it("refuses every other body", () => {
    for (const body of [{}, { sku: 7 }, { sku: "tea", colour: "red" }]) {
      assert.throws(() => route(request(body)), (error) => error instanceof ProblemError && error.status === 422);
    }
  });

  it("says what it takes and answers where its service can be asked", () => {
    const { routes } = service({ routes: { "POST /orders": route } });

    assert.deepEqual((routes["POST /orders"] as typeof route).says, {
      name: "placeOrder",
      summary: "An order",
      query: {},
      answer: { title: "OrderView", type: "object" },
      body: {
        title: "OrderBody",
        type: "object",
        properties: { sku: { type: "string" }, note: {} },
        required: ["sku"],
        additionalProperties: false,
      },
    });
  });
});
