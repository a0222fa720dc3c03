/** Routes that say what they take and answer: `blockwork openapi` makes the API's contract of it. */

import { type Field, readBody } from "./bodies.ts";
import type { Request, Response, Route } from "./http.ts";

export type Schema = Readonly<Record<string, unknown>>;

/**
 * @param name what a client calls it, in camelCase.
 * @param summary what it does, in a line.
 * @param text more of that. Default: nothing.
 * @param title what a body of this shape is called, such as `OrderBody`.
 * @param body the fields of the body.
 * @param answer the JSON Schema of what it answers 200 with; its `title` is what that is called.
 */
export interface Description {
  readonly name: string;
  readonly summary: string;
  readonly text?: string;
  readonly title: string;
  readonly body: Readonly<Record<string, Field>>;
  readonly answer: Schema;
}

/** What `blockwork openapi` reads. */
export interface Says extends Omit<Description, "body" | "title"> {
  readonly body: Schema;
}

export type DescribedRoute = Route & { readonly says: Says };

/**
 * Return a route whose body is read by its description: `readBody` says how, and what it throws.
 *
 *     routes: { "POST /orders": described(ORDER, ({ sku }) => placeOrder(sku as string)) }
 */
export function described(
  { title, body: shape, ...rest }: Description,
  route: (
    body: Readonly<Record<string, unknown>>,
    request: Request,
  ) => Promise<Response> | Response,
): DescribedRoute {
  const fields = Object.entries(shape);
  const body = {
    title,
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, field.schema ?? {}])),
    required: fields.filter(([, field]) => !field.isOptional).map(([name]) => name),
    additionalProperties: false,
  };
  const answering: Route = (request) => route(readBody(request, shape), request);
  return Object.assign(answering, { says: { ...rest, body } });
}
