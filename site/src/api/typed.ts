// Calls whose addresses, bodies and answers are those of a service's OpenAPI document.

import type { ApiClient, Call } from "./client.ts";

type Json<Content> = Content extends { readonly content: { readonly "application/json": infer Body } } ? Body : undefined;

type Answer<Operation> = Operation extends { readonly responses: infer Responses }
  ? { [Status in keyof Responses]: Status extends 200 | 201 | 202 | 204 ? Json<Responses[Status]> : never }[keyof Responses]
  : never;

type Sent<Operation> = (Operation extends { readonly requestBody: infer Body } ? { readonly body: Json<Body> } : unknown) &
  (Operation extends { readonly parameters: { readonly path: infer Path } } ? { readonly path: Path } : unknown) &
  (Operation extends { readonly parameters: { readonly query?: infer Query } } ? { readonly query?: Query } : unknown) &
  Pick<Call, "signal" | "idempotencyKey">;

type Method<Item> = { [M in keyof Item]: M extends "get" | "put" | "post" | "delete" ? (Item[M] extends object ? M : never) : never }[keyof Item] & string;

type Send<Paths> = <Path extends keyof Paths & string, M extends Method<Paths[Path]>>(
  method: M,
  path: Path,
  options: Sent<Paths[Path][M]>,
) => Promise<Answer<Paths[Path][M]>>;

export interface Typed<Paths> {
  /** Call a public route. */
  readonly call: Send<Paths>;
  /** Call a route that asks for a token; `SessionExpired` when the person has to sign in again. */
  readonly callSignedIn: Send<Paths>;
}

interface Options extends Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

/** The routes of one service's document, through a client of its API. */
export function typed<Paths>(api: ApiClient): Typed<Paths> {
  const send = (name: "call" | "callSignedIn") => (method: string, pattern: string, { path = {}, query = {}, ...call }: Options) => {
    const filled = pattern.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(path[key] ?? ""));
    const asked = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
    const address = asked.length > 0 ? `${filled}?${new URLSearchParams(asked)}` : filled;
    return api[name](address, { ...call, method: method.toUpperCase() as NonNullable<Call["method"]> });
  };
  return { call: send("call"), callSignedIn: send("callSignedIn") } as unknown as Typed<Paths>;
}
