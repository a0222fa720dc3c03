/** Requests as API Gateway hands them over, and what is logged meanwhile. */

import type { HttpEvent } from "#blockwork/http.ts";
import type { Context } from "#blockwork/log.ts";
import type { Handler } from "#blockwork/service.ts";

export const CONTEXT: Context = {
  awsRequestId: "request-1",
  functionName: "shop",
  invokedFunctionArn: "arn:aws:lambda:eu-west-2:000000000000:function:shop",
  memoryLimitInMB: "512",
};

export function request(changes: Partial<HttpEvent> & { method?: string } = {}): HttpEvent {
  const { method = "POST", ...rest } = changes;
  const rawPath = rest.rawPath ?? "/orders";
  return {
    routeKey: `${method} ${rawPath}`,
    rawPath,
    headers: { "Content-Type": "application/json" },
    requestContext: { requestId: "gateway-1=", http: { method, path: rawPath } },
    ...rest,
  };
}

export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

/** Call a handler, and return its answer with the body parsed. */
export async function answerOf(handler: Handler, event: object): Promise<Answer> {
  const answer = (await handler(event, CONTEXT)) as { statusCode: number; body?: string };
  const body = answer.body === undefined ? {} : JSON.parse(answer.body);
  return { ...(answer as unknown as Answer), body };
}

/** Run something and return the lines that it has logged. */
export async function logged(run: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((chunk: unknown, ...more: unknown[]) => {
    if (typeof chunk === "string" && chunk.startsWith("{")) return lines.push(chunk) > 0;
    return (write as (...all: unknown[]) => boolean).call(process.stdout, chunk, ...more);
  }) as typeof write;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
  return lines.map((line) => JSON.parse(line));
}
