import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import type { Envelope } from "#blockwork/envelope.ts";
import { service } from "#blockwork/service.ts";
import { callerOf } from "../../../../lambda_src/support/domain/callers.ts";
import { replyTo } from "../../../../lambda_src/support/domain/chat.ts";
import type { Closing, Task, Tasks } from "../../../../lambda_src/support/domain/tasks.ts";
import { parts } from "../../../../lambda_src/support/parts.ts";
import { answerOf, CONTEXT, request } from "../../blockwork/node/requests.ts";

const OURS = "https://pool.example";
const APOLOGY = /^Sorry, .*“new task: …”.*“my tasks”.*“done 1”/;

class InMemoryTasks implements Tasks {
  readonly byUser = new Map<string, (Task & { open: boolean })[]>();

  async open(userId: string, text: string): Promise<Task> {
    const own = this.byUser.get(userId) ?? [];
    const task = { number: own.length + 1, taskId: `t${own.length + 1}`, text, open: true };
    this.byUser.set(userId, [...own, task]);
    return task;
  }

  async list(userId: string, most: number) {
    const open = (this.byUser.get(userId) ?? []).filter((task) => task.open);
    return { tasks: open.slice(0, most), more: open.length > most };
  }

  async close(userId: string, number: number): Promise<Closing> {
    const task = this.byUser.get(userId)?.[number - 1];
    if (!task) return "unknown";
    if (!task.open) return "closed before";
    task.open = false;
    return "closed";
  }
}

let tasks: InMemoryTasks;
beforeEach(() => {
  tasks = new InMemoryTasks();
});

describe("the chatbot", () => {
  const say = (message: string) => replyTo(message, "u1", tasks);

  for (const message of ["new task: call me", "New Task : call me ", "  NEW  TASK:call me\n"]) {
    test(`opens a task for ${JSON.stringify(message)}`, async () => {
      assert.equal(await say(message), "Task 1 is open: call me");
    });
  }

  test("keeps lines, quotes and markup of a task as they are", async () => {
    const text = "one\ntwo <b>\"x\"</b> 電気 \u200f";

    await say(`new task: ${text}`);

    assert.equal(tasks.byUser.get("u1")?.[0]?.text, text);
  });

  for (const message of ["hello", "new task", "done", "done x", "done -1", "my task", "undone 1", ""]) {
    test(`apologises for ${JSON.stringify(message)} and says what it understands`, async () => {
      assert.match(await say(message), APOLOGY);
    });
  }

  test("asks what a task is about that says nothing", async () => {
    assert.match(await say("new task: \n "), /^What is it about\?/);
    assert.equal(tasks.byUser.size, 0);
  });

  test("lists open tasks, the first fifty and the beginnings of long ones", async () => {
    await say(`new task: ${"👨‍👩‍👧‍👦".repeat(40)}`);
    for (let n = 0; n < 60; n += 1) await say(`new task: ${n}`);

    const lines = (await say("My tasks?")).split("\n");

    assert.equal(lines.length, 52);
    assert.equal(lines[1], `1. ${"👨‍👩‍👧‍👦".repeat(18)}…`);
    assert.match(lines.at(-1) ?? "", /more/);
  });

  test("closes by number, once", async () => {
    await say("new task: a");

    assert.equal(await say("done 01."), "Task 1 is done.");
    assert.equal(await say("DONE #1"), "Task 1 was done before.");
    assert.match(await say("done 2"), /You have no task 2/);
  });
});

test("users of other issuers are never taken for ours, nor for each other", () => {
  const ids = [
    callerOf(OURS, "u1", OURS),
    callerOf("https://a.example", "u1", OURS),
    callerOf("https://b.example", "u1", OURS),
    callerOf("https://a.example", "u2", OURS),
  ];

  assert.equal(ids[0], "u1");
  assert.equal(new Set(ids).size, 4);
  assert.ok(ids.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id)));
});

describe("the service", () => {
  let told: Envelope[];
  let said: object[];
  let forgotten: string[];
  const handler = () =>
    service(
      parts({
        tasks,
        ownIssuer: OURS,
        events: { publish: async (...envelopes) => void told.push(...envelopes) },
        conversations: {
          remember: async (userId, what) => void said.push({ userId, ...what }),
          forget: async (userId) => void forgotten.push(userId),
          history: async (userId, after) => ({
            entries: [{ kind: "OPEN_TASK", time: "2030-01-01T00:00:00.000Z", text: `${userId} ${after}`, number: 1 }],
            ...(after === undefined && { after: "open#000000001" }),
          }),
        },
      }),
    );
  beforeEach(() => {
    [told, said, forgotten] = [[], [], []];
  });

  function chat(body: object, claims: object = { iss: OURS, sub: "u1" }) {
    const event = request({ rawPath: "/chat", body: JSON.stringify(body) });
    const requestContext = { ...event.requestContext, authorizer: { lambda: { ...claims } } };
    return answerOf(handler(), { ...event, requestContext });
  }

  test("answers and remembers what was said, under the caller's id", async () => {
    const answer = await chat({ message: "hello", conversationId: "c1" });

    assert.equal(answer.statusCode, 200);
    assert.equal(answer.body.conversationId, "c1");
    assert.match(String(answer.body.reply), APOLOGY);
    const { reply } = answer.body;
    assert.deepEqual(said, [{ userId: "u1", conversationId: "c1", message: "hello", reply }]);
  });

  test("begins a conversation that has no id", async () => {
    assert.match(String((await chat({ message: "x" })).body.conversationId), /^[0-9a-f-]{36}$/);
  });

  function history(query: string, claims: object = { iss: OURS, sub: "u1" }) {
    const event = request({ rawPath: "/history", method: "GET" });
    const requestContext = { ...event.requestContext, authorizer: { lambda: { ...claims } } };
    const queryStringParameters = Object.fromEntries(new URLSearchParams(query));
    return answerOf(handler(), { ...event, requestContext, queryStringParameters });
  }

  test("answers everybody what is kept of them, page by page", async () => {
    const { body } = await history("");
    const { body: next } = await history(`nextToken=${body.nextToken}`);

    const texts = [body, next].map(({ entries }) => (entries as { text: string }[])[0]?.text);
    assert.deepEqual(texts, ["u1 undefined", "u1 open#000000001"]);
    assert.equal(next.nextToken, undefined);
    const stranger = await history("", { iss: "https://a.example", sub: "u1" });
    assert.match(JSON.stringify(stranger.body.entries), /"guest-/);
  });

  for (const token of ["", "x", "a b", "x".repeat(401)]) {
    test(`refuses the token ${JSON.stringify(token)} for the next page`, async () => {
      assert.equal((await history(`nextToken=${token}`)).statusCode, 400);
    });
  }

  for (const [size, status] of [[10_240, 200], [10_241, 422], [20_480, 422]] as const) {
    test(`answers ${status} to ${size} bytes`, async () => {
      assert.equal((await chat({ message: "x".repeat(size) })).statusCode, status);
    });
  }

  function changed(itemId: string, eventName = "INSERT") {
    const item = {
      userId: { S: "u1" },
      itemId: { S: itemId },
      taskId: { S: "t1" },
      since: { S: "2030-01-01T00:00:00.000Z" },
      correlationId: { S: "c1" },
    };
    const dynamodb = { SequenceNumber: "1", ...(eventName !== "REMOVE" && { NewImage: item }) };
    return { Records: [{ eventID: "e", eventName, dynamodb }] };
  }

  for (const [itemId, name] of [
    ["open#000000001", "TaskOpened"],
    ["closed#000000001", "TaskClosed"],
  ] as const) {
    test(`tells ${name} as its contract in docs/events has it, the same at each try`, async () => {
      for (const _ of [1, 2]) await handler()(changed(itemId), CONTEXT);

      const [first, again] = told;
      assert.ok(first);
      assert.deepEqual(first, again);
      assert.deepEqual([first.source, first.name], ["blockwork.support", name]);
      assert.deepEqual(misfits(first, name), []);
    });
  }

  for (const [itemId, kind] of [
    ["message#c1#now", "INSERT"],
    ["number", "INSERT"],
    ["open#000000001", "MODIFY"],
    ["open#000000001", "REMOVE"],
  ] as const) {
    test(`tells nothing of ${kind} ${itemId}`, async () => {
      const answer = await handler()(changed(itemId, kind), CONTEXT);

      assert.deepEqual([told, answer], [[], { batchItemFailures: [] }]);
    });
  }

  test("forgets who is gone", async () => {
    const metadata = { id: "e1", correlationId: "c1", time: "2030-01-01T00:00:00Z", version: 1 };
    const detail = { metadata, data: { userId: "u1" } };
    await handler()({ source: "blockwork.identity", "detail-type": "UserDeleted", detail }, CONTEXT);

    assert.deepEqual(forgotten, ["u1"]);
  });
});

/** Return what of an event is not as its JSON Schema says: what is required, its type, its pattern. */
function misfits(envelope: Envelope, name: string): string[] {
  const file = new URL(`../../../../docs/events/${name}.v1.json`, import.meta.url);
  const { $defs } = JSON.parse(readFileSync(file, "utf8"));
  const wrong: string[] = [];
  for (const [part, definition] of [
    [envelope.metadata, $defs.Metadata],
    [envelope.data, $defs[name]],
  ]) {
    for (const field of definition.required) if (!(field in part)) wrong.push(`no ${field}`);
    for (const [field, value] of Object.entries(part)) {
      const { type, pattern } = definition.properties[field] ?? {};
      const fits = type === "integer" ? Number.isInteger(value) : typeof value === type;
      if (!fits || (pattern && !new RegExp(pattern).test(String(value)))) wrong.push(field);
    }
  }
  return wrong;
}
