// Calls one API: JSON in and out, problem+json errors, tokens where a route asks for one.

import { SessionExpired, type Session } from "../auth/session.ts";

const TIMEOUT_MS = 15_000;

export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

/** An answer of 400 or more; `errors` names the fields that do not fit (RFC 9457 problem details). */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[];

  constructor(status: number, detail: string, errors: readonly FieldError[]) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** No answer at all: offline, a broken connection, too slow. */
export class Unreachable extends Error {}

export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Lets a POST be repeated: calls with the same key have one effect. */
  readonly idempotencyKey?: string;
}

export class ApiClient {
  readonly #base: string;
  readonly #session: Session;

  /** `base` is the API's URL without a trailing slash. */
  constructor(base: string, session: Session) {
    this.#base = base;
    this.#session = session;
  }

  /** Call a public route; answers the parsed body, `undefined` for an empty one. */
  async call(path: string, options: Call = {}): Promise<unknown> {
    return answer(await this.#send(path, options));
  }

  /** Call a route that asks for a token; `SessionExpired` when the person has to sign in again. */
  async callSignedIn(path: string, options: Call = {}): Promise<unknown> {
    const token = await this.#token();
    let response: Response;
    try {
      response = await this.#send(path, options, token);
    } catch (error) {
      // API Gateway's 401 carries no CORS headers, so the browser reports it as a broken
      // connection. Asking Cognito tells the two apart: it refuses, or the network is down.
      if (error instanceof Unreachable) await this.#token({ fresh: true });
      throw error;
    }
    if (response.status === 401) {
      response = await this.#send(path, options, await this.#token({ fresh: true }));
      if (response.status === 401) throw new SessionExpired("the API refuses a fresh token");
    }
    return answer(response);
  }

  async #token(options: { fresh?: boolean } = {}): Promise<string> {
    try {
      return await this.#session.idToken(options);
    } catch (error) {
      if (error instanceof SessionExpired) throw error;
      throw new Unreachable("the sign-in service gave no answer", { cause: error });
    }
  }

  async #send(path: string, { method = "GET", body, signal, idempotencyKey }: Call, token?: string): Promise<Response> {
    const headers = new Headers({ accept: "application/json, application/problem+json" });
    if (body !== undefined) headers.set("content-type", "application/json");
    if (idempotencyKey) headers.set("idempotency-key", idempotencyKey);
    if (token) headers.set("authorization", `Bearer ${token}`);
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await fetch(this.#base + path, {
        method,
        headers,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(`no answer from ${this.#base}`, { cause: error });
    }
  }
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw problem(response.status, text);
}

function problem(status: number, text: string): ApiError {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // Not every intermediary answers in JSON; the status still tells.
  }
  const { detail, title } = body;
  const words = [detail, title].find((candidate) => typeof candidate === "string");
  const errors = Array.isArray(body["errors"]) ? body["errors"].filter(isFieldError) : [];
  return new ApiError(status, typeof words === "string" ? words : `the API answered ${status}`, errors);
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" && value !== null &&
    "field" in value && typeof value.field === "string" &&
    "detail" in value && typeof value.detail === "string"
  );
}
