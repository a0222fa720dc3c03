import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiClient, ApiError } from "../src/api/client.ts";
import { pause, reference, referenceOf, secondsOf } from "../src/api/problem.ts";
import type { Session } from "../src/auth/session.ts";

const SESSION = { idToken: async () => "token" } as unknown as Session;
const realFetch = globalThis.fetch;

afterEach(() => {
  globalThis.fetch = realFetch;
});

/** Answer each request with the next of `answers`; returns what was asked. */
function answering(...answers: Response[]): Request[] {
  const asked: Request[] = [];
  globalThis.fetch = async (url, init) => {
    asked.push(new Request(url as string, { ...init, signal: null }));
    const answer = answers.shift();
    assert.ok(answer, "one request too many");
    return answer;
  };
  return asked;
}

function refusal(status: number, headers: Record<string, string> = {}, body: object = {}): Response {
  return new Response(JSON.stringify({ title: "No", ...body }), { status, headers });
}

const tagged = (tag: string) => new Response("{}", { headers: { etag: tag } });
const api = () => new ApiClient("https://api.example", SESSION);

test("who replaces or removes something says what they have seen of it", async () => {
  const asked = answering(tagged('"1"'), tagged('"2"'), new Response("{}"), new Response(null, { status: 204 }));
  const client = api();
  await client.callSignedIn("/things/a");
  await client.callSignedIn("/things/a", { method: "PUT", body: {} });
  await client.callSignedIn("/things/b", { method: "PUT", body: {} });
  await client.callSignedIn("/things/a", { method: "DELETE" });
  assert.deepEqual(asked.map(({ headers }) => headers.get("if-match")), [null, '"1"', null, '"2"']);
});

test("a conflict tells what is there now, and the next attempt knows of it", async () => {
  const now = refusal(412, { etag: '"2"' }, { current: { price: "2" } });
  const asked = answering(tagged('"1"'), now, new Response("{}"));
  const client = api();
  await client.callSignedIn("/things/a");
  await assert.rejects(client.callSignedIn("/things/a", { method: "PUT", body: {} }), (error) => {
    assert.deepEqual((error as ApiError).current, { price: "2" });
    return true;
  });
  await client.callSignedIn("/things/a", { method: "PUT", body: {} });
  assert.equal(asked[2]?.headers.get("if-match"), '"2"');
});

test("a short wait that is asked for is waited, where repeating changes nothing more", async () => {
  for (const options of [{}, { method: "PUT" }, { method: "POST", idempotencyKey: "k" }] as const) {
    const asked = answering(refusal(429, { "retry-after": "0" }), refusal(503, { "retry-after": "0" }), new Response("{}"));
    await api().call("/things", options);
    assert.equal(asked.length, 3);
  }
  const asked = answering(refusal(429, { "retry-after": "0" }));
  await assert.rejects(api().call("/things", { method: "POST" }), ApiError);
  assert.equal(asked.length, 1);
});

test("a long wait, or one that nobody names, is the person's to decide on", async () => {
  for (const headers of [{ "retry-after": "1800" }, {}] as Record<string, string>[]) {
    const asked = answering(refusal(429, headers));
    await assert.rejects(api().call("/things"), ApiError);
    assert.equal(asked.length, 1);
  }
  assert.equal(pause(new ApiError(429, "no", { retryAfter: 1800 })), "Try again in 30 minutes.");
  assert.equal(pause(new ApiError(429, "no", { retryAfter: 7 })), "Try again in 7 seconds.");
  assert.equal(pause(new ApiError(429, "no")), "Wait a few seconds and try again.");
});

test("Retry-After is a number of seconds or a date", () => {
  const now = Date.parse("2026-02-03T04:05:06Z");
  assert.equal(secondsOf("120", now), 120);
  assert.equal(secondsOf("Tue, 03 Feb 2026 04:05:16 GMT", now), 10);
  assert.equal(secondsOf("Tue, 03 Feb 2026 04:05:00 GMT", now), 0);
  for (const value of [null, "soon", "-1"]) assert.notEqual(secondsOf(value, now), -1);
  assert.equal(secondsOf("soon", now), undefined);
});

test("an error carries the id that finds it in the logs, from wherever it is", async () => {
  const answers: [Response, string][] = [
    [refusal(500, {}, { correlationId: "c-1" }), " Reference: c-1"],
    [refusal(502, { "x-correlation-id": "c-2" }), " Reference: c-2"],
    [new Response("<html>", { status: 503, headers: { "apigw-requestid": "c-3" } }), " Reference: c-3"],
  ];
  for (const [answer, words] of answers) {
    answering(answer);
    await assert.rejects(api().call("/things"), (error) => {
      assert.equal(reference(error), words);
      return true;
    });
  }
});

test("an error that nobody gave an id gets one, always the same, which the console says beside it", async () => {
  const said: unknown[][] = [];
  const realError = console.error;
  console.error = (...words: unknown[]) => said.push(words);
  try {
    answering(new Response("", { status: 500 }));
    const refused = await api().call("/things").catch((error: unknown) => error);
    for (const error of [refused, new TypeError("wrong shape")]) {
      const id = referenceOf(error);
      assert.match(id ?? "", /^[0-9a-f-]{36}$/);
      assert.equal(referenceOf(error), id);
      assert.deepEqual(said.pop(), [id, error]);
    }
    assert.match(referenceOf("thrown as a text") ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(said.length, 1);
  } finally {
    console.error = realError;
  }
});

test("a request that nobody answered, and that had no id, has nothing to be found by", async () => {
  globalThis.fetch = async () => {
    throw new TypeError("the connection broke");
  };
  const error = await api().call("/things").catch((reason: unknown) => reason);
  assert.equal(referenceOf(error), "");
  assert.equal(reference(error), "");
});

test("only what is said as a problem is said by an API of ours, whoever answers on the way", async () => {
  for (const [answer, isProblem] of [[refusal(400), true], [new Response("<h1>No</h1>", { status: 400 }), false], [new Response("[]", { status: 400 }), false]] as const) {
    answering(answer);
    await assert.rejects(api().call("/things"), (error) => {
      assert.equal((error as ApiError).isProblem, isProblem);
      return true;
    });
  }
});

test("a signed-in call names itself, so that one whose answer is lost is found in the logs; a public one asks for no leave to", async () => {
  const asked = answering(new Response("{}"), new Response("{}"), new Response("{}"));
  await api().call("/things");
  await api().callSignedIn("/things");
  await api().callSignedIn("/things");
  const [none, one, other] = asked.map(({ headers }) => headers.get("x-correlation-id"));
  assert.equal(none, null);
  assert.match(one ?? "", /^[0-9a-f-]{36}$/);
  assert.notEqual(one, other);

  let sent: string | null = null;
  globalThis.fetch = async (_, init) => {
    sent = new Headers(init?.headers).get("x-correlation-id");
    throw new TypeError("the connection broke");
  };
  await assert.rejects(api().callSignedIn("/things"), (error) => {
    assert.equal(reference(error), ` Reference: ${sent}`);
    return true;
  });
});
