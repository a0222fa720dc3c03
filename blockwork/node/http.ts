/** Routes of an API Gateway HTTP API (payload 2.0): event in, answer out. */

import { CORRELATION_HEADER, correlationIdOf, log, setCorrelationId } from "./log.ts";
import { PROBLEM_JSON, ProblemError } from "./problems.ts";

export interface HttpEvent {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly requestId: string;
    readonly http: { readonly method: string; readonly path: string };
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: Claims };
      readonly lambda?: Claims;
    };
    readonly stage?: string;
  };
}

export type Claims = Readonly<Record<string, unknown>>;

/** What a caller sent; `claims` are those of the verified token, headers have lower-case names. */
export interface Request {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly claims: Claims;
}

/** What the caller gets; a body is anything that JSON can hold. */
export interface Response {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Route = (request: Request) => Promise<Response> | Response;
/** By method and path, such as `GET /orders/{orderId}`. */
export type Routes = Readonly<Record<string, Route>>;

/** Return whether an event is a request. */
export function isHttpEvent(event: object): event is HttpEvent {
  return "routeKey" in event && "requestContext" in event;
}

/** Return what answers requests: the route of the method and the path, or a problem. */
export function httpHandler(routes: Routes): (event: HttpEvent) => Promise<HttpAnswer> {
  const known = Object.entries(routes).map(([key, route]) => compiled(key, route));
  return async (event) => {
    const started = performance.now();
    // Without the padding at its end, which is no part of a correlation id in an event.
    const fallback = event.requestContext.requestId.replace(/=+$/, "");
    const correlation = correlationIdOf(headersOf(event), fallback);
    setCorrelationId(correlation);
    const { method } = event.requestContext.http;
    const found = find(known, method, event.rawPath);
    const response = await answered(found, event, correlation);
    // The route, never the path: a path may hold what does not belong in a log.
    log.info("request", {
      method,
      route: found?.key ?? "none",
      status: response.status,
      duration_ms: Math.round((performance.now() - started) * 10) / 10,
    });
    return toEvent(response, correlation);
  };
}

interface Known {
  readonly key: string;
  readonly method: string;
  readonly path: RegExp;
  readonly route: Route;
}

function compiled(key: string, route: Route): Known {
  const [method = "", template = ""] = key.split(" ");
  const parts = template
    .split(/(\{\w+\})/)
    .map((part) =>
      part.startsWith("{") ? `(?<${part.slice(1, -1)}>[^/]+)` : RegExp.escape(part),
    );
  return { key, method, path: new RegExp(`^${parts.join("")}$`), route };
}

function find(known: Known[], method: string, path: string) {
  for (const one of known) {
    const match = method === one.method ? one.path.exec(path) : null;
    if (match) return { key: one.key, route: one.route, variables: match.groups ?? {} };
  }
  return undefined;
}

async function answered(
  found: ReturnType<typeof find>,
  event: HttpEvent,
  correlation: string,
): Promise<Response> {
  try {
    if (!found) {
      throw new ProblemError(404, "this service has no such route: see its methods and paths");
    }
    return await found.route(requestOf(event, found.variables));
  } catch (error) {
    let problem = error;
    if (!(problem instanceof ProblemError)) {
      log.error("the request failed unexpectedly", error);
      problem = new ProblemError(500, "this is our fault; tell us the correlationId");
    }
    const { status } = problem as ProblemError;
    return {
      status,
      body: (problem as ProblemError).view(correlation),
      contentType: PROBLEM_JSON,
      ...(status === 401 && { headers: { "www-authenticate": "Bearer" } }),
    };
  }
}

function requestOf(event: HttpEvent, variables: Readonly<Record<string, string>>): Request {
  const { authorizer } = event.requestContext;
  const path = Object.entries(variables).map(([name, part]) => [name, decoded(part)] as const);
  return {
    path: Object.fromEntries(path),
    query: event.queryStringParameters ?? {},
    headers: headersOf(event),
    body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
    claims: authorizer?.lambda ?? authorizer?.jwt?.claims ?? {},
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ProblemError(404, "this service has no such route: its path is not percent-encoded");
  }
}

function headersOf(event: HttpEvent): Record<string, string> {
  const given = Object.entries(event.headers ?? {});
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]));
}

/** Return the answer in payload format 2.0, which nobody on the way may keep. */
function toEvent(response: Response, correlation: string): HttpAnswer {
  const { body, contentType = "application/json" } = response;
  return {
    statusCode: response.status,
    headers: {
      ...response.headers,
      [CORRELATION_HEADER]: correlation,
      "cache-control": "no-store",
      ...(body !== undefined && { "content-type": contentType }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
