import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/auth/session.ts";
import { takeOut } from "../src/takeout.ts";

const session = { person: { permissions: "read:nothing" }, idToken: async () => "token" } as unknown as Session;
const apis = { identity: "https://identity.example", catalog: "https://catalog.example" };

/** What the file says. */
async function inFile(file: Promise<Blob>): Promise<Record<string, unknown>> {
  return JSON.parse(await (await file).text()) as Record<string, unknown>;
}

/** Answer by the address that is asked for, and return which were. */
function answering(answers: Readonly<Record<string, unknown>>): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    const body = answers[String(url)];
    return body === undefined ? new Response("{}", { status: 500 }) : Response.json(body);
  };
  return asked;
}

test("all pages of every service are in it", async () => {
  answering({
    "https://identity.example/me": { userId: "u1" },
    "https://vouchers.example/vouchers?limit=100": { vouchers: [{ voucherId: "v2" }], nextToken: "n 2" },
    "https://vouchers.example/vouchers?limit=100&nextToken=n+2": { vouchers: [{ voucherId: "v1" }] },
    "https://support.example/history": { entries: [], nextToken: "e2" },
    "https://support.example/history?nextToken=e2": { entries: [{ kind: "MESSAGE" }] },
  });

  const { takenOutAt, ...data } = await inFile(
    takeOut({ apis: { ...apis, vouchers: "https://vouchers.example", support: "https://support.example" } }, session),
  );
  assert.ok(!Number.isNaN(Date.parse(String(takenOutAt))));
  assert.deepEqual(data, {
    profile: { userId: "u1" },
    permissions: "read:nothing",
    vouchers: [{ voucherId: "v2" }, { voucherId: "v1" }],
    support: [{ kind: "MESSAGE" }],
  });
});

test("all imports and meters are in it, with every version of every reading on a line of its own", async () => {
  const url = "https://readings.example";
  const none = (meterId: string) =>
    Object.fromEntries([...Array(24).keys()].map((version) => [`${url}/meters/${meterId}/readings?version=${version + 1}&limit=20000`, { readings: [] }]));
  const of = (minute: string, version: number) => ({ readAt: `2025-01-01T00:${minute}:00Z`, kwh: "0.125", version });
  answering({
    "https://identity.example/me": { userId: "u1" },
    [`${url}/imports?limit=100`]: { imports: [{ importId: "i2" }], nextToken: "i" },
    [`${url}/imports?limit=100&nextToken=i`]: { imports: [{ importId: "i1" }] },
    [`${url}/meters?limit=100`]: { meters: [{ meterId: "m1" }], nextToken: "m" },
    [`${url}/meters?limit=100&nextToken=m`]: { meters: [{ meterId: "m2" }] },
    ...none("m1"),
    ...none("m2"),
    [`${url}/meters/m1/readings?version=1&limit=20000`]: { readings: [of("00", 1)], nextToken: "r" },
    [`${url}/meters/m1/readings?version=1&limit=20000&nextToken=r`]: { readings: [of("30", 1)] },
    [`${url}/meters/m1/readings?version=24&limit=20000`]: { readings: [of("00", 24)] },
  });

  const file = await takeOut({ apis: { ...apis, readings: url } }, session);

  const { imports, meters } = await inFile(Promise.resolve(file));
  assert.deepEqual(imports, [{ importId: "i2" }, { importId: "i1" }]);
  assert.deepEqual(meters, [
    { meterId: "m1", readings: [of("00", 1), of("30", 1), of("00", 24)] },
    { meterId: "m2", readings: [] },
  ]);
  const lines = (await file.text()).split("\n").filter((line) => line.includes("readAt"));
  assert.equal(lines.length, 3);
});

test("a stage without meters of one's own has an empty list of them", async () => {
  const url = "https://readings.example";
  answering({ "https://identity.example/me": {}, [`${url}/imports?limit=100`]: { imports: [] }, [`${url}/meters?limit=100`]: { meters: [] } });

  assert.deepEqual((await inFile(takeOut({ apis: { ...apis, readings: url } }, session)))["meters"], []);
});

test("what a stage does not have is not in it", async () => {
  const asked = answering({ "https://identity.example/me": { userId: "u1" } });

  assert.deepEqual(Object.keys(await inFile(takeOut({ apis }, session))), ["takenOutAt", "profile", "permissions"]);
  assert.deepEqual(asked, ["https://identity.example/me"]);
});

test("where one service does not answer there is no half of it", async () => {
  answering({ "https://identity.example/me": { userId: "u1" } });

  await assert.rejects(takeOut({ apis: { ...apis, support: "https://support.example" } }, session), /answered 500/);
});
