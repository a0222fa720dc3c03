// The first rows of a CSV file (RFC 4180), however large the file is.

/** So much is looked through for the rows: one that is longer is not shown. */
const MOST_CHARACTERS = 1_000_000;

/** All rows of a text that are complete; the last one is only where the text ends with it, or `isAll`. */
export function rowsOf(text: string, isAll: boolean): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A field in quotes, where two of them are one, or without; and what ends it.
  for (const [, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy)) {
    const isOver = end === "" && (!isAll || (row.length === 0 && quoted === undefined && plain === ""));
    if (isOver) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}

/** The first rows of a file behind its header; what comes after them is not loaded. */
export async function firstRows(file: Pick<Response, "body">, most: number): Promise<readonly (readonly string[])[]> {
  const reader = file.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    text += decoder.decode(value, { stream: !done });
    const rows = done || text.includes("\n") ? rowsOf(text, done) : [];
    if (!done && rows.length <= most && text.length < MOST_CHARACTERS) continue;
    void reader?.cancel();
    return rows.slice(1, most + 1);
  }
}
