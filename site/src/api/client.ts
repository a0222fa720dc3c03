// Calls one API: JSON in and out, problem+json errors, tokens where a route asks for one.

import { SessionExpired } from "../auth/person.ts";
import type { Session } from "../auth/session.ts";
import { ApiError, problem, secondsOf } from "./problem.ts";

export { ApiError };

const TIMEOUT_MS = 15_000;
/** A request that may be repeated waits that long, and that often, if it is asked to. */
const LONGEST_WAIT_SECONDS = 5;
const MOST_WAITS = 2;

/** No answer at all: offline, a broken connection, too slow. */
export class Unreachable extends Error {
  /** Finds the request in the logs, if it came that far; empty where it had none. */
  readonly correlationId: string;

  constructor(message: string, { correlationId, cause }: { readonly correlationId?: string | undefined; readonly cause: unknown }) {
    super(message, { cause });
    this.correlationId = correlationId ?? "";
  }
}

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
  /** What was last seen of each path that can be replaced. */
  readonly #seen = new Map<string, string>();

  /** `base` is the API's URL without a trailing slash. */
  constructor(base: string, session: Session) {
    this.#base = base;
    this.#session = session;
  }

  /** Call a public route; answers the parsed body, `undefined` for an empty one. */
  async call(path: string, options: Call = {}): Promise<unknown> {
    return answer(await this.#sendPatiently(path, options));
  }

  /** Call a route that asks for a token; `SessionExpired` when the person has to sign in again. */
  async callSignedIn(path: string, options: Call = {}): Promise<unknown> {
    const token = await this.#token();
    let response: Response;
    try {
      response = await this.#sendPatiently(path, options, token);
    } catch (error) {
      // API Gateway's 401 carries no CORS headers, so the browser reports it as a broken
      // connection. Asking Cognito tells the two apart: it refuses, or the network is down.
      if (error instanceof Unreachable) await this.#token({ fresh: true });
      throw error;
    }
    if (response.status === 401) {
      response = await this.#sendPatiently(path, options, await this.#token({ fresh: true }));
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

  /** Send, and again after a short wait where the API asks for one and repeating changes nothing more. */
  async #sendPatiently(path: string, call: Call, token?: string): Promise<Response> {
    const mayRepeat = call.method !== "POST" || call.idempotencyKey !== undefined;
    for (let waits = 0; ; waits += 1) {
      const response = await this.#send(path, call, token);
      if (!mayRepeat || waits === MOST_WAITS || ![429, 503].includes(response.status)) return response;
      const seconds = secondsOf(response.headers.get("retry-after"), Date.now());
      if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS) return response;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      call.signal?.throwIfAborted();
    }
  }

  async #send(path: string, { method = "GET", body, signal, idempotencyKey }: Call, token?: string): Promise<Response> {
    const headers = new Headers({ accept: "application/json, application/problem+json" });
    if (body !== undefined) headers.set("content-type", "application/json");
    if (idempotencyKey) headers.set("idempotency-key", idempotencyKey);
    // Beside a token the browser asks for leave to send headers anyway; a public call goes without asking.
    const correlationId = token && crypto.randomUUID();
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (correlationId) headers.set("x-correlation-id", correlationId);
    // Whoever replaces or removes something has seen it: nobody else's change since is overwritten.
    const seen = this.#seen.get(path);
    if (seen !== undefined && (method === "PUT" || method === "DELETE")) headers.set("if-match", seen);
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // Of a 412 too: it shows what is there, so the next attempt knows of it.
      const tag = response.headers.get("etag");
      if (tag) this.#seen.set(path, tag);
      return response;
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(`no answer from ${this.#base}`, { cause: error, correlationId });
    }
  }
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw problem(response, text);
}
