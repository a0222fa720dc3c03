import assert from "node:assert/strict";
import { test } from "node:test";
import { firstRows, rowsOf } from "../src/csv.ts";

/** A file that comes in these pieces, and what was asked of it. */
function fileOf(pieces: readonly (string | Uint8Array<ArrayBuffer>)[]) {
  const asked = { pieces: 0, isLeft: false };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const piece = pieces[asked.pieces];
      asked.pieces += 1;
      if (piece === undefined) controller.close();
      else controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    },
    cancel: () => void (asked.isLeft = true),
  }, { highWaterMark: 0 });
  return { body, asked };
}

test("rows are read with quotes, commas and line breaks in them", () => {
  assert.deepEqual(rowsOf('line,reason,row\r\n2,"kwh must be a decimal, got ""x""","m1,2026,x"\n3,"two\nlines",\n', true), [
    ["line", "reason", "row"],
    ["2", 'kwh must be a decimal, got "x"', "m1,2026,x"],
    ["3", "two\nlines", ""],
  ]);
});

test("a last row without an end counts once the file is over, and no row is made of nothing", () => {
  assert.deepEqual(rowsOf("a,b\n1,2", true), [["a", "b"], ["1", "2"]]);
  assert.deepEqual(rowsOf("a,b\n1,2", false), [["a", "b"]]);
  assert.deepEqual(rowsOf('a\n"1\n2', false), [["a"]]);
  assert.deepEqual(rowsOf("a,b\n", true), [["a", "b"]]);
  assert.deepEqual(rowsOf("", true), []);
});

test("a file that comes in pieces, cut within a row and a letter, is read as one", async () => {
  const bytes = new TextEncoder().encode("line,reason,row\n2,ü,x\n");
  const { body } = fileOf(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assert.deepEqual(await firstRows({ body }, 5), [["2", "ü", "x"]]);
  assert.deepEqual(await firstRows({ body: null }, 5), []);
});

test("of a large file no more is loaded than is shown", async () => {
  const { body, asked } = fileOf(["line,reason,row\n", ...Array.from({ length: 1_000 }, (_, index) => `${index + 2},why,row\n`)]);
  assert.deepEqual((await firstRows({ body }, 3)).map(([line]) => line), ["2", "3", "4"]);
  assert.deepEqual(asked, { pieces: 4, isLeft: true });
});
