/** JSON logs like those of functions in Python, with one correlation id for all that a request causes. */

export interface Context {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
}

type Fields = Readonly<Record<string, unknown>>;

export const CORRELATION_HEADER = "x-correlation-id";
const WELL_FORMED = /^[A-Za-z0-9_-]{1,128}$/;
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
type Level = (typeof LEVELS)[number];

let ofInvocation: Fields = {};
let correlation: string | undefined;
let isCold = true;

/** Begin the lines of an invocation: each says which one it is of. */
export function beginInvocation(context: Context): void {
  correlation = undefined;
  ofInvocation = {
    cold_start: isCold,
    function_name: context.functionName,
    function_memory_size: context.memoryLimitInMB,
    function_arn: context.invokedFunctionArn,
    function_request_id: context.awsRequestId,
  };
  isCold = false;
}

/** Say which request what follows is caused by. */
export function setCorrelationId(id: string): void {
  correlation = id;
}

/** Return the correlation id of what is being handled, to hand it on; a new one outside of a handler. */
export function currentCorrelationId(): string {
  return correlation ?? crypto.randomUUID();
}

/**
 * Return the caller's correlation id, or `fallback` where there is none that is well-formed.
 *
 * A value from outside ends up in logs and in a response header, so only 1 to 128 letters, digits,
 * `_` and `-` are believed.
 */
export function correlationIdOf(
  headers: Readonly<Record<string, string>>,
  fallback: string,
): string {
  const given = headers[CORRELATION_HEADER] ?? "";
  return WELL_FORMED.test(given) ? given : fallback;
}

function write(level: Level, message: string, fields: Fields): void {
  // Lambda says the level that is configured (AWS_LAMBDA_LOG_LEVEL), as Powertools reads it.
  const least = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? "INFO") as Level);
  if (LEVELS.indexOf(level) < least) return;
  const trace = /Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? "")?.[1];
  const line = {
    level,
    message,
    timestamp: new Date().toISOString(),
    service: process.env.POWERTOOLS_SERVICE_NAME ?? "service_undefined",
    ...ofInvocation,
    ...(correlation !== undefined && { correlation_id: correlation }),
    ...(trace !== undefined && { xray_trace_id: trace }),
    ...fields,
  };
  // Not by `console`, whose text Lambda would put into a line of its own.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export const log = {
  debug: (message: string, fields: Fields = {}) => write("DEBUG", message, fields),
  info: (message: string, fields: Fields = {}) => write("INFO", message, fields),
  warn: (message: string, fields: Fields = {}) => write("WARN", message, fields),
  /** Log an error with its name, its text and its stack. */
  error: (message: string, error: unknown, fields: Fields = {}) =>
    write("ERROR", message, { ...fields, ...described(error) }),
};

function described(error: unknown): Fields {
  if (!(error instanceof Error)) return { exception: String(error) };
  return { exception_name: error.name, exception: error.stack ?? error.message };
}
