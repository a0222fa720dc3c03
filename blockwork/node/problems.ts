/** Every answer that is not a success: problem details (RFC 9457). */

export const PROBLEM_JSON = "application/problem+json";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** What is wrong with one field of a body. */
export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

/** Ends a request with a problem instead of the answer the caller hoped for. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly errors: readonly FieldError[];

  /**
   * @param status such as 422.
   * @param detail what is wrong with this request and what to do, for a person to read.
   * @param errors the fields of the body which are wrong. Default: it is not about fields.
   */
  constructor(status: number, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }

  /** Return the problem as the caller sees it. */
  view(correlationId: string): Record<string, unknown> {
    return {
      type: "about:blank",
      title: TITLES[this.status] ?? "Error",
      status: this.status,
      detail: this.message,
      ...(this.errors.length > 0 && { errors: this.errors }),
      correlationId,
    };
  }
}
