import assert from "node:assert/strict";
import { test } from "node:test";
import type { Import } from "../src/api/readings.ts";
import { Uploads, UnfitFile } from "../src/uploading.ts";
import { UploadLost, UploadRefused, type Offer, type post } from "../src/upload.ts";

const file = (name: string, text = "meterId,readAt,kwh,version\n") => new File([text], name);

/** An API and a storage; `answers` is what storage does with each file that is posted, by default it takes it. */
function stageOf(...answers: readonly (() => Promise<void>)[]) {
  const told = { begun: [] as string[], posted: [] as string[], arrived: [] as string[], status: "AWAITING_UPLOAD" };
  const api = {
    begin: async (filename: string) => {
      told.begun.push(filename);
      const importId = `i${told.begun.length}`;
      return { importId, status: "AWAITING_UPLOAD" as const, upload: { url: `https://storage.example/${importId}`, fields: {} } };
    },
    get: async () => ({ status: told.status }) as Import,
    imported: () => undefined,
  };
  const send: typeof post = async ({ url }: Offer, { name }: File, onSent, stop) => {
    const answer = answers[told.posted.length];
    told.posted.push(`${name} to ${url.slice(-2)}`);
    onSent(0.5);
    await Promise.race([answer?.(), new Promise((_, reject) => stop.addEventListener("abort", () => reject(stop.reason as Error)))]);
  };
  const uploads = new Uploads(api, ({ name }) => void told.arrived.push(name), send);
  return { uploads, told };
}

const lose = () => Promise.reject(new UploadLost());
const refuse = () => Promise.reject(new UploadRefused(403, "AccessDenied"));
const hang = () => new Promise<void>(() => undefined);
/** Everything that is ready to happen has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("files go one after the other, and none is listed once it has arrived", async () => {
  const { uploads, told } = stageOf();
  uploads.take([file("a.csv"), file("b.csv")]);
  assert.equal(uploads.all.value.length, 2);
  await settled();
  assert.deepEqual(told.posted, ["a.csv to i1", "b.csv to i2"]);
  assert.deepEqual(told.arrived, ["a.csv", "b.csv"]);
  assert.deepEqual(uploads.all.value, []);
});

test("how much of a file has gone is told, and one that is stopped lets the next one go", async () => {
  const { uploads, told } = stageOf(hang);
  uploads.take([file("a.csv"), file("b.csv")]);
  await settled();
  assert.deepEqual(uploads.all.value.map(({ sent, importId }) => [sent, importId]), [[0.5, "i1"], [0, undefined]]);
  uploads.drop(uploads.all.value[0]?.number ?? 0);
  await settled();
  assert.deepEqual(told.arrived, ["b.csv"]);
  assert.deepEqual(uploads.all.value, []);
});

test("an empty file and one that is too large are not sent", async () => {
  const { uploads, told } = stageOf();
  const large = file("large.csv");
  Object.defineProperty(large, "size", { value: 2 * 1024 ** 3 + 1 });
  uploads.take([file("empty.csv", ""), large]);
  await settled();
  const whys = uploads.all.value.map(({ error }) => error instanceof UnfitFile && error.why);
  assert.deepEqual([whys, told.begun], [["empty", "large"], []]);
});

test("one whose connection broke goes again to where it was offered to go", async () => {
  const { uploads, told } = stageOf(lose);
  uploads.take([file("a.csv")]);
  await settled();
  assert.ok(uploads.all.value[0]?.error instanceof UploadLost);
  uploads.again(uploads.all.value[0].number);
  await settled();
  assert.deepEqual([told.posted, told.arrived, told.begun.length], [["a.csv to i1", "a.csv to i1"], ["a.csv"], 1]);
});

test("one that arrived although its answer was lost is not sent twice", async () => {
  const { uploads, told } = stageOf(lose);
  uploads.take([file("a.csv")]);
  await settled();
  told.status = "IMPORTING";
  uploads.again(uploads.all.value[0]?.number ?? 0);
  await settled();
  assert.deepEqual([told.posted.length, told.arrived], [1, ["a.csv"]]);
});

test("one that storage refuses asks for another offer before it goes again", async () => {
  const { uploads, told } = stageOf(refuse);
  uploads.take([file("a.csv")]);
  await settled();
  uploads.again(uploads.all.value[0]?.number ?? 0);
  await settled();
  assert.deepEqual(told.posted, ["a.csv to i1", "a.csv to i2"]);
  assert.deepEqual(told.arrived, ["a.csv"]);
});

test("a name that is too long keeps its end, which says what the file is", async () => {
  const { uploads, told } = stageOf();
  uploads.take([file(`${"a".repeat(300)}.csv.gz`)]);
  await settled();
  assert.deepEqual([told.begun[0]?.length, told.begun[0]?.slice(-8)], [200, "a.csv.gz"]);
});
