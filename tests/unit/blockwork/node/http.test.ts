import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readBody, text } from "#blockwork/bodies.ts";
import { ProblemError } from "#blockwork/problems.ts";
import { service } from "#blockwork/service.ts";
import { answerOf, logged, request } from "./requests.ts";

const handler = service({
  routes: {
    "GET /orders/{orderId}": ({ path, claims }) => ({ status: 200, body: { ...path, ...claims } }),
    "POST /orders": (asked) => {
      const body = readBody(asked, { name: { check: text(() => undefined) } });
      return { status: 201, body, headers: { location: "1" } };
    },
    "DELETE /orders/{orderId}": () => ({ status: 204 }),
    "PUT /orders/{orderId}": () => {
      throw new ProblemError(401, "sign in");
    },
    "PATCH /orders/{orderId}": () => {
      throw new TypeError("secret detail");
    },
  },
});

describe("a request", () => {
  test("reaches the route of its method and path, with what is in the path", async () => {
    const event = request({ method: "GET", rawPath: "/orders/a%20b%2Fc" });

    const answer = await answerOf(handler, event);

    assert.deepEqual(answer.body, { orderId: "a b/c" });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["content-type"], "application/json");
  });

  test("has the claims that a Lambda authorizer or a JWT authorizer has verified", async () => {
    const event = request({ method: "GET", rawPath: "/orders/1" });
    for (const authorizer of [{ lambda: { sub: "u1" } }, { jwt: { claims: { sub: "u1" } } }]) {
      const requestContext = { ...event.requestContext, authorizer };
      const answer = await answerOf(handler, { ...event, requestContext });
      assert.equal(answer.body.sub, "u1");
    }
  });

  for (const [method, path] of [
    ["GET", "/orders"],
    ["GET", "/orders/1/2"],
    ["GET", "/orders/"],
    ["GET", "/ordersx1"],
    ["POST", "/orders/1"],
    ["GET", "/orders/%E0%A4%A"],
  ] as const) {
    test(`to ${method} ${path}, which is no route, gets 404`, async () => {
      const answer = await answerOf(handler, request({ method, rawPath: path }));

      assert.equal(answer.statusCode, 404);
      assert.equal(answer.headers["content-type"], "application/problem+json");
    });
  }

  test("without a body to answer with gets none", async () => {
    const answer = await handler(
      request({ method: "DELETE", rawPath: "/orders/1" }),
      {} as never,
    );

    assert.equal((answer as { body?: string }).body, undefined);
  });

  test("keeps a correlation id that is well-formed, and no other", async () => {
    for (const [given, kept] of [
      ["order-42", "order-42"],
      ["not one\n", "gateway-1"],
      ["", "gateway-1"],
    ] as const) {
      const answer = await answerOf(handler, request({ headers: { "X-Correlation-Id": given } }));
      assert.equal(answer.headers["x-correlation-id"], kept);
      assert.equal(answer.body.correlationId, kept);
    }
  });

  test("that is refused is told how to sign in", async () => {
    const answer = await answerOf(handler, request({ method: "PUT", rawPath: "/orders/1" }));

    assert.equal(answer.statusCode, 401);
    assert.equal(answer.headers["www-authenticate"], "Bearer");
    assert.deepEqual(answer.body, {
      type: "about:blank",
      title: "Unauthorized",
      status: 401,
      detail: "sign in",
      correlationId: "gateway-1",
    });
  });

  test("that fails is logged whole, and told nothing", async () => {
    let answer: Awaited<ReturnType<typeof answerOf>> | undefined;
    const lines = await logged(async () => {
      answer = await answerOf(handler, request({ method: "PATCH", rawPath: "/orders/1" }));
    });

    assert.equal(answer?.statusCode, 500);
    assert.ok(!JSON.stringify(answer).includes("secret detail"));
    assert.deepEqual(
      lines.map(({ level, message }) => [level, message]),
      [
        ["ERROR", "the request failed unexpectedly"],
        ["INFO", "request"],
      ],
    );
    assert.equal(lines[0]?.exception_name, "TypeError");
    assert.match(String(lines[0]?.exception), /secret detail\n.*http\.test\.ts/s);
    assert.equal(lines[1]?.route, "PATCH /orders/{orderId}");
    assert.equal(lines[1]?.correlation_id, "gateway-1");
  });
});

describe("a body", () => {
  async function send(body: string, headers: Record<string, string> = {}) {
    return answerOf(handler, request({ body, headers }));
  }

  for (const body of ['{"name": "É 電気 🔌"}', '{"name": "\\u0000"}', ' {"name":"x"}\n']) {
    test(`of ${JSON.stringify(body)} is taken as it is`, async () => {
      const answer = await send(body);

      assert.equal(answer.statusCode, 201);
      assert.deepEqual(answer.body, JSON.parse(body));
    });
  }

  for (const [body, detail] of [
    ["", "the body must be JSON: it breaks off"],
    ["[]", "the body must be a JSON object, got an array"],
    ["7", "the body must be a JSON object, got a number"],
    ["null", "the body must be a JSON object, got null"],
    ['{"name": "secret', "the body must be JSON: it breaks off"],
    ['{"name": 1, "name": 2}', 'the key "name" is there twice'],
    ['{"x": {"a": 1, "\\u0061": 2}}', 'the key "a" is there twice'],
    ['{"name": 1e999}', "a number is out of range"],
    ['{"name": "\\ud800"}', "half of a character"],
    ['{"\\udc00": 1}', "half of a character"],
    [`{"name": ${"[".repeat(32)}${"]".repeat(32)}}`, "nested at most 32 deep"],
    ["\ufeff{}", "byte order mark"],
    ["{\0}", "NUL bytes"],
    ['{"name": "\ufffd"}', "character 10 is U+FFFD"],
  ] as const) {
    test(`of ${JSON.stringify(body).slice(0, 40)} is refused and not repeated`, async () => {
      const answer = await send(body);

      assert.equal(answer.statusCode, 400);
      assert.ok(String(answer.body.detail).includes(detail), String(answer.body.detail));
      assert.ok(!String(answer.body.detail).includes("secret"));
    });
  }

  test("of the same key in several objects, or of brackets in texts, is no fault", async () => {
    const answer = await send('{"name": "{[\\"a\\":", "more": [{"a": 1}, {"a": {"a": 1}}]}');

    assert.equal(answer.statusCode, 422);
    assert.deepEqual(answer.body.errors, [{ field: "more", detail: "is not known" }]);
  });

  test("in Base64 is bytes, which must be UTF-8", async () => {
    for (const [bytes, status] of [
      [Buffer.from('{"name": "É"}'), 201],
      [Buffer.from('{"name": "É"}', "latin1"), 400],
      [Buffer.from('{"name": "É"}', "utf16le"), 400],
    ] as const) {
      const event = request({ body: bytes.toString("base64"), isBase64Encoded: true });
      assert.equal((await answerOf(handler, event)).statusCode, status);
    }
  });

  test("of another character set, or of more than 64 KB, is refused", async () => {
    const latin = await send("{}", { "Content-Type": "application/json; charset=ISO-8859-1" });
    const large = await send(`{"name": "${"x".repeat(65_536)}"}`);

    assert.deepEqual([latin.statusCode, large.statusCode], [400, 413]);
  });
});
