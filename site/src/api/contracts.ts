// The contracts of all APIs (OpenAPI 3.1), as they are served beside the site.

import { Unreachable } from "./client.ts";

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly permission: string | undefined;
  readonly needsToken: boolean;
  readonly parameters: readonly Parameter[];
  /** Of the body, with what it refers to in its place. */
  readonly body: Schema | undefined;
  readonly answers: readonly { readonly status: string; readonly description: string; readonly schema: Schema | undefined }[];
}

export interface Contract {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The API's URL without a trailing slash. */
  readonly base: string;
  readonly operations: readonly Operation[];
}

type Json = Readonly<Record<string, any>>;

/** Load the contracts of some APIs, given by the name and the URL of each. */
export async function loadContracts(apis: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly Contract[]> {
  return Promise.all(Object.entries(apis).sort().map(async ([name, url]) => contract(name, url, await json(contractOf(name), signal))));
}

/** Where the contract of an API is. */
export function contractOf(name: string): string {
  return `/openapi/${encodeURIComponent(name)}.json`;
}

async function json(path: string, signal?: AbortSignal): Promise<Json> {
  try {
    const response = await fetch(path, signal ? { signal } : {});
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as Json;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(`no ${path}`, { cause: error });
  }
}

/** Read a document: what the page shows of it. */
export function contract(name: string, base: string, document: Json): Contract {
  const plain = (part: Json | undefined) => part && (inPlace(part, document) as Json);
  const operations = Object.entries(document["paths"] as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]: [string, Json]): Operation => ({
      method: method.toUpperCase(),
      path,
      summary: operation["summary"] ?? "",
      description: operation["description"] ?? "",
      permission: operation["x-permission"] && String(operation["x-permission"]),
      needsToken: operation["security"]?.length > 0,
      parameters: operation["parameters"] ?? [],
      body: plain(operation["requestBody"]?.content?.["application/json"]?.schema),
      answers: Object.entries(operation["responses"] as Json).map(([status, response]) => {
        const { description, content } = inPlace(response, document) as Json;
        return { status, description, schema: content?.["application/json"]?.schema ?? Object.values<Json>(content ?? {})[0]?.["schema"] };
      }),
    })),
  );
  return { name, base, operations, title: document["info"].title, description: document["info"].description };
}

/** Return a value with what it refers to in its place; what holds itself stays a reference. */
export function inPlace(value: unknown, document: Json, within: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((each) => inPlace(each, document, within));
  if (typeof value !== "object" || value === null) return value;
  const reference = (value as Json)["$ref"];
  if (typeof reference === "string") {
    if (within.includes(reference)) return value;
    const found = reference.slice(2).split("/").reduce((part: Json, step) => part[step], document);
    return inPlace(found, document, [...within, reference]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inPlace(each, document, within)]));
}

/** A body to begin with: every field, with its default or the first thing that fits its type. */
export function exampleOf(schema: Schema): unknown {
  const { type, properties, items } = schema as Json;
  if (schema["default"] !== undefined) return schema["default"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (type === "object") return Object.fromEntries(Object.entries((properties ?? {}) as Json).map(([name, each]) => [name, exampleOf(each)]));
  if (type === "array") return [exampleOf(items ?? {})];
  if (type === "integer" || type === "number") return schema["minimum"] ?? 0;
  return type === "boolean" ? false : "";
}

/** What to send for an operation, of what was typed by parameter. */
export function requestOf(
  { base }: Contract,
  { method, path, parameters }: Operation,
  typed: ReadonlyMap<string, string>,
): { readonly url: string; readonly method: string; readonly headers: Headers } {
  const headers = new Headers({ accept: "application/json, application/problem+json" });
  const query = new URLSearchParams();
  let at = path;
  for (const { name, in: where } of parameters) {
    const value = typed.get(name) ?? "";
    if (where === "path") at = at.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "" && where === "query") query.set(name, value);
    else if (value !== "") headers.set(name, value);
  }
  return { url: `${base}${at}${query.size > 0 ? `?${query}` : ""}`, method, headers };
}
