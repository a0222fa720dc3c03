// What an API answers instead of what was asked for: problem details (RFC 9457).

import * as t from "../.texts/visitor.ts";

export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

/** An answer of 400 or more; `errors` names the fields that do not fit. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** Finds the request in the logs; undefined where nothing of ours answered. */
  readonly correlationId: string | undefined;
  /** In how many seconds the same request may succeed; undefined where nobody says. */
  readonly retryAfter: number | undefined;
  /** Of a 412: what is there instead of what was seen; null for nothing. */
  readonly current: unknown;
  /** Whether it is a problem of RFC 9457: anybody on the way may answer, but only an API of ours says it like that. */
  readonly isProblem: boolean;

  constructor(status: number, detail: string, about: Partial<Pick<ApiError, "errors" | "correlationId" | "retryAfter" | "current" | "isProblem">> = {}) {
    super(detail);
    this.status = status;
    this.errors = about.errors ?? [];
    this.correlationId = about.correlationId;
    this.retryAfter = about.retryAfter;
    this.current = about.current;
    this.isProblem = about.isProblem ?? false;
  }
}

/** The error that an answer of 400 or more is. */
export function problem(response: Pick<Response, "status" | "headers">, text: string): ApiError {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // Not every intermediary answers in JSON; the status still tells.
  }
  const { status, headers } = response;
  const { detail, title, correlationId, current } = body;
  const words = [detail, title].find((candidate) => typeof candidate === "string");
  const ids = [correlationId, headers.get("x-correlation-id"), headers.get("apigw-requestid")];
  return new ApiError(status, typeof words === "string" ? words : t.apiAnswered({ status: String(status) }), {
    errors: Array.isArray(body["errors"]) ? body["errors"].filter(isFieldError) : [],
    correlationId: ids.find((id) => typeof id === "string" && id !== "") as string | undefined,
    retryAfter: secondsOf(headers.get("retry-after"), Date.now()),
    current,
    isProblem: typeof title === "string",
  });
}

/** The seconds that a Retry-After asks for: a number of them, or a date (RFC 9110, section 10.2.3). */
export function secondsOf(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * What finds an error: the id of the request that failed, or a new one, which the error keeps and the browser's console says
 * beside it. Empty where no answer came, and the request had no id.
 */
export function referenceOf(error: unknown): string {
  const failed = Object(error) as { correlationId?: string };
  if (failed.correlationId === undefined) console.error((failed.correlationId = crypto.randomUUID()), error);
  return failed.correlationId;
}

/** What to tell people who help: ends a sentence about an error, empty where there is nothing to tell. */
export function reference(error: unknown): string {
  const id = referenceOf(error);
  return id ? t.reference({ id }) : "";
}

/** When to try again, as a sentence. */
export function pause(error: ApiError): string {
  const seconds = error.retryAfter;
  if (seconds === undefined) return t.waitSeconds;
  if (seconds < 90) return t.inSeconds({ n: Math.max(seconds, 1) });
  return t.inMinutes({ n: Math.ceil(seconds / 60) });
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" && value !== null &&
    "field" in value && typeof value.field === "string" &&
    "detail" in value && typeof value.detail === "string"
  );
}
