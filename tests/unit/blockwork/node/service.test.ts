import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TableChange } from "#blockwork/changes.ts";
import type { Envelope } from "#blockwork/envelope.ts";
import { eventPublisher } from "#blockwork/publishing.ts";
import { service } from "#blockwork/service.ts";
import { CONTEXT, logged } from "./requests.ts";

const METADATA = { id: "e1", correlationId: "c/1=", time: "2030-01-01T00:00:00Z", version: 1 };

function busEvent(changes: object = {}) {
  const detail = { metadata: { ...METADATA, ...changes }, data: { orderId: "o1" } };
  return { source: "shop.orders", "detail-type": "OrderPlaced", detail };
}

function record(number: string, changes: object = {}) {
  return { eventID: `id-${number}`, eventName: "INSERT", dynamodb: { SequenceNumber: number }, ...changes };
}

describe("an event of the bus", () => {
  const heard: Envelope[] = [];
  const handler = service({
    events: {
      "shop.orders OrderPlaced": async (event) => {
        heard.push(event);
      },
    },
  });

  test("reaches what reacts to it, and is one line in the log", async () => {
    const lines = await logged(() => handler(busEvent(), CONTEXT));

    assert.deepEqual(heard.at(-1)?.data, { orderId: "o1" });
    const [line] = lines;
    assert.deepEqual([line?.message, line?.outcome, line?.id], ["event", "done", "e1"]);
    assert.equal(line?.correlation_id, "c/1=");
  });

  for (const [what, event] of [
    ["another source", { ...busEvent(), source: "shop.stock" }],
    ["another name", { ...busEvent(), "detail-type": "OrderShipped" }],
    ["no metadata", { ...busEvent(), detail: { data: {} } }],
    ["no detail", { ...busEvent(), detail: null }],
    ["no data", { ...busEvent(), detail: { metadata: METADATA } }],
    ["an id that is none", busEvent({ id: "a b" })],
    ["a time that is none", busEvent({ time: "soon" })],
    ["another version", busEvent({ version: 2 })],
    ["no form at all", { hello: 1 }],
    ["records of a queue", { Records: [{ messageId: "m1" }] }],
  ] as const) {
    test(`with ${what} fails, so that it ends in the failure chain`, async () => {
      const before = heard.length;

      const lines = await logged(() => assert.rejects(handler(event, CONTEXT)));

      assert.equal(heard.length, before);
      assert.equal(lines.at(-1)?.level, "ERROR");
    });
  }
});

describe("changes of a table", () => {
  test("are handled in order, and again from the first that fails", async () => {
    const done: string[] = [];
    const handler = service({
      changes: async ({ id }: TableChange) => {
        if (id === "id-2") throw new Error("poison");
        done.push(id);
      },
    });

    let answer: unknown;
    const lines = await logged(async () => {
      answer = await handler({ Records: ["1", "2", "3"].map((n) => record(n)) }, CONTEXT);
    });

    assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: "2" }] });
    assert.deepEqual(done, ["id-1"]);
    const outcomes = lines.filter(({ message }) => message === "record");
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["done", "failed"]);
  });

  test("that all go well leave nothing to be tried again", async () => {
    const handler = service({ changes: async () => undefined });

    const answer = await handler({ Records: [record("1")] }, CONTEXT);

    assert.deepEqual(answer, { batchItemFailures: [] });
  });
});

describe("publishing", () => {
  const envelope = (id: string): Envelope => ({
    source: "shop.orders",
    name: "OrderPlaced",
    metadata: { ...METADATA, id },
    data: { text: "ж".repeat(30_000) },
  });
  const many = Array.from({ length: 23 }, (_, n) => ({ ...envelope(`e${n}`), data: {} }));

  test("puts batches that one call takes, and repeats only what was not taken", async () => {
    const calls: string[][] = [];
    const events = eventPublisher(
      "bus",
      async (entries) => {
        calls.push(entries.map(({ Detail }) => JSON.parse(Detail).metadata.id));
        return entries.map((_, at) => (calls.length === 2 && at === 3 ? { ErrorCode: "Busy" } : {}));
      },
      async () => undefined,
    );

    await events.publish(...many);

    assert.deepEqual(calls.map((each) => each.length), [10, 10, 3, 1]);
    assert.deepEqual(calls[3], ["e13"]);
  });

  test("splits by what they weigh in UTF-8", async () => {
    const sizes: number[] = [];
    const put = async (entries: unknown[]) => {
      sizes.push(entries.length);
      return entries.map(() => ({}));
    };

    await eventPublisher("bus", put).publish(...["a", "b", "c", "d", "e"].map(envelope));

    assert.deepEqual(sizes, [4, 1]);
  });

  test("fails where the bus takes nothing, and says why", async () => {
    let calls = 0;
    const events = eventPublisher(
      "bus",
      async () => {
        calls += 1;
        throw Object.assign(new Error("down"), { name: "TimeoutError" });
      },
      async () => undefined,
    );

    await assert.rejects(events.publish(envelope("a")), /1 events are not on the bus: TimeoutError/);
    assert.equal(calls, 4);
  });

  test("refuses what is too large, or no event, before anything is sent", async () => {
    let calls = 0;
    const put = async () => {
      calls += 1;
      return [];
    };
    const large = { ...envelope("a"), data: { text: "x".repeat(300_000) } };
    const nameless = envelope("a b");

    for (const [bad, why] of [[large, /at most 262144 bytes/], [nameless, /does not fit/]] as const) {
      await assert.rejects(eventPublisher("bus", put).publish(envelope("a"), bad), why);
    }
    assert.equal(calls, 0);
  });
});
