/** Routes that say what they take and answer: `blockwork openapi` makes the API's contract of it. */

import { type Field, readBody, readQuery } from "./bodies.ts";
import type { Request, Response, Route } from "./http.ts";

export type Schema = Readonly<Record<string, unknown>>;

/**
 * @param name what a client calls it, in camelCase.
 * @param summary what it does, in a line.
 * @param text more of that. Default: nothing.
 * @param title what a body of this shape is called, such as `OrderBody`. Default: it has none.
 * @param body the fields of the body. Default: the route takes none, and what is sent is not read.
 * @param query what may stand in the query, each of them optional. Default: nothing is looked at.
 * @param answer the JSON Schema of what it answers 200 with; its `title` is what that is called.
 */
export interface Description {
  readonly name: string;
  readonly summary: string;
  readonly text?: string;
  readonly title?: string;
  readonly body?: Readonly<Record<string, Field>>;
  readonly query?: Readonly<Record<string, Field>>;
  readonly answer: Schema;
}

/** What `blockwork openapi` reads. */
export interface Says extends Omit<Description, "body" | "query" | "title"> {
  readonly body?: Schema;
  readonly query: Readonly<Record<string, Schema>>;
}

export type DescribedRoute = Route & { readonly says: Says };

/**
 * Return a route whose body and query are read by its description: `readBody` and `readQuery` say
 * how, and what they throw.
 *
 *     routes: { "POST /orders": described(ORDER, ({ sku }) => placeOrder(sku as string)) }
 */
export function described(
  { title, body: shape, query = {}, ...rest }: Description,
  route: (
    body: Readonly<Record<string, unknown>>,
    request: Request,
  ) => Promise<Response> | Response,
): DescribedRoute {
  const body = shape && {
    title,
    type: "object",
    properties: schemasOf(shape),
    required: Object.keys(shape).filter((name) => !shape[name]?.isOptional),
    additionalProperties: false,
  };
  const answering: Route = (request) => {
    readQuery(request, query);
    return route(shape ? readBody(request, shape) : {}, request);
  };
  return Object.assign(answering, { says: { ...rest, query: schemasOf(query), ...(body && { body }) } });
}

function schemasOf(fields: Readonly<Record<string, Field>>): Readonly<Record<string, Schema>> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema ?? {}]));
}
