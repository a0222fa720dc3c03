/** Checked request bodies: from bytes to fields, or a problem which names what is wrong. */

import type { Request } from "./http.ts";
import { type FieldError, ProblemError } from "./problems.ts";

const LARGEST_BODY = 64 * 1024;
const DEEPEST_BODY = 32;
const CHARSET = /;\s*charset\s*=\s*["']?([^"';\s]*)/i;
/** What a text in JSON is, and what may follow a key. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** What a field must be: returns what is wrong with it, nothing if it is right. */
export type Check = (value: unknown) => string | undefined;

/**
 * @param check what it must be.
 * @param schema the JSON Schema of what it must be, for the API's contract. Default: anything.
 * @param isOptional whether it may be missing. Default: no.
 */
export interface Field {
  readonly check: Check;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly isOptional?: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * Return the JSON object in the body, whose fields are those of a shape and no others.
 *
 * @throws ProblemError 413 over 64 KB; 400 if it is not one JSON object in UTF-8 with unique keys;
 *   422 naming each field which is missing, unknown or wrong.
 */
export function readBody(request: Request, shape: Readonly<Record<string, Field>>): Body {
  if (request.body.length > LARGEST_BODY) {
    const found = request.body.length;
    throw new ProblemError(413, `the body must have at most ${LARGEST_BODY} bytes, got ${found}`);
  }
  const body = parse(textOf(request));
  if (kindOf(body) !== "an object") {
    throw new ProblemError(400, `the body must be a JSON object, got ${kindOf(body)}`);
  }
  const fields = body as Body;
  const errors = misfits(fields, shape);
  if (errors.length > 0) {
    const known = Object.keys(shape).join(", ");
    throw new ProblemError(422, `the body does not fit; it may have the fields ${known}`, errors);
  }
  return fields;
}

/**
 * Refuse what stands wrong in the query; what is not of the shape is not looked at.
 *
 * @throws ProblemError 400 naming the first parameter that is wrong.
 */
export function readQuery(request: Request, shape: Readonly<Record<string, Field>>): void {
  for (const [name, { check }] of Object.entries(shape)) {
    const given = request.query[name];
    const detail = given === undefined ? undefined : check(given);
    if (detail !== undefined) throw new ProblemError(400, `${name} ${detail}, got ${shown(given ?? "")}`);
  }
}

/** Return a check of text. */
export function text(check: (value: string) => string | undefined): Check {
  return (value) =>
    typeof value === "string" ? check(value) : `must be a string, got ${kindOf(value)}`;
}

function misfits(fields: Body, shape: Readonly<Record<string, Field>>): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, { check, isOptional }] of Object.entries(shape)) {
    const isThere = Object.hasOwn(fields, field);
    const detail = isThere ? check(fields[field]) : isOptional ? undefined : "is required";
    if (detail !== undefined) errors.push({ field, detail });
  }
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(shape, name)) errors.push({ field: short(name), detail: "is not known" });
  }
  return errors.slice(0, 100);
}

/**
 * Return the body as text, which JSON that is exchanged has in UTF-8 only (RFC 8259, 8.1).
 *
 * API Gateway goes by the Content-Type alone: of a text type it may hand over U+FFFD where bytes
 * were not UTF-8. What was sent is lost then, so that is refused as the bytes are.
 */
function textOf(request: Request): string {
  const charset = CHARSET.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !["utf-8", "utf8"].includes(charset.toLowerCase())) {
    throw notUtf8(`Content-Type says charset=${short(charset)}`);
  }
  let content: string;
  try {
    content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(request.body);
  } catch {
    throw notUtf8("some of its bytes have no place there");
  }
  if (content.startsWith("\ufeff")) {
    throw notUtf8("it begins with a byte order mark; leave that out");
  }
  if (content.includes("\0")) throw notUtf8("it has NUL bytes, as UTF-16 and UTF-32 have");
  const at = content.indexOf("\ufffd");
  if (at >= 0) {
    throw notUtf8(
      `character ${at} is U+FFFD, which stands for what could not be read; ` +
        "write \\ufffd where you mean it",
    );
  }
  return content;
}

function notUtf8(found: string): ProblemError {
  return new ProblemError(400, `the body must be JSON in UTF-8: ${found}`);
}

function parse(content: string): unknown {
  try {
    const value: unknown = JSON.parse(content);
    checkStructure(content);
    checkCharacters(value);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Without the engine's words, which may hold what was sent.
    const where = /at position \d+/.exec(error.message)?.[0] ?? "at its end";
    const known = error instanceof UnfitError ? error.message : `it breaks off ${where}`;
    throw new ProblemError(400, `the body must be JSON: ${known}`);
  }
}

class UnfitError extends SyntaxError {}

/** Refuse the same key twice, of which parsers disagree which one counts, and what nests deeply. */
function checkStructure(content: string): void {
  const within: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of content.matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      within.push(token === "{" ? new Set() : undefined);
      if (within.length > DEEPEST_BODY) {
        throw new ProblemError(400, `the body must be JSON, nested at most ${DEEPEST_BODY} deep`);
      }
    } else if (token === "}" || token === "]") within.pop();
    else if (token === ":") {
      const key = JSON.parse(last) as string;
      const keys = within.at(-1);
      if (keys?.has(key)) throw new UnfitError(`the key ${shown(key)} is there twice`);
      keys?.add(key);
    }
    last = token;
  }
}

/** Refuse what escapes can write but no encoding has, and numbers that nothing here can hold. */
function checkCharacters(value: unknown): void {
  if (typeof value === "string" && !value.isWellFormed()) {
    throw new UnfitError(`${shown(value)} has half of a character`);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new UnfitError("a number is out of range");
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    checkCharacters(key);
    checkCharacters(inner);
  }
}

function short(value: string): string {
  return value.length <= 40 ? value : `${value.slice(0, 40)}…`;
}

function shown(value: string): string {
  return JSON.stringify(short(value));
}

/** Name a value's type as JSON does. */
function kindOf(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a string" : "a number";
}
