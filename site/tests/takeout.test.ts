import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/auth/session.ts";
import { takeOut } from "../src/takeout.ts";

const session = { person: { permissions: "read:nothing" }, idToken: async () => "token" } as unknown as Session;
const apis = { identity: "https://identity.example", catalog: "https://catalog.example" };

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

  const found = await takeOut({ apis: { ...apis, vouchers: "https://vouchers.example", support: "https://support.example" } }, session);

  const { takenOutAt, ...data } = found as Record<string, unknown>;
  assert.ok(!Number.isNaN(Date.parse(String(takenOutAt))));
  assert.deepEqual(data, {
    profile: { userId: "u1" },
    permissions: "read:nothing",
    vouchers: [{ voucherId: "v2" }, { voucherId: "v1" }],
    support: [{ kind: "MESSAGE" }],
  });
});

test("what a stage does not have is not in it", async () => {
  const asked = answering({ "https://identity.example/me": { userId: "u1" } });

  assert.deepEqual(Object.keys(await takeOut({ apis }, session)), ["takenOutAt", "profile", "permissions"]);
  assert.deepEqual(asked, ["https://identity.example/me"]);
});

test("where one service does not answer there is no half of it", async () => {
  answering({ "https://identity.example/me": { userId: "u1" } });

  await assert.rejects(takeOut({ apis: { ...apis, support: "https://support.example" } }, session), /answered 500/);
});
