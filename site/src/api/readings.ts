// The meters of the person who is signed in, what they have counted, and the files that say it.

import type { QueryClient } from "@tanstack/query-core";
import type { ListQuery, Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/readings.ts";
import { typed, type Typed } from "./typed.ts";

type Schemas = components["schemas"];
export type Import = Readonly<Schemas["ImportView"]>;
export type BegunImport = Readonly<Schemas["BegunImport"]>;
export type Meter = Readonly<Schemas["MeterView"]>;
export type Reading = Readonly<Schemas["ReadingView"]>;

export const LARGEST_FILE = 2 * 1024 ** 3;
export const VERSIONS = 24;

const PAGE_SIZE = 24;
/** All half hours of a year in one answer. */
export const LARGEST_PAGE = 20_000;
const IMPORTS = ["imports"];
const HOUR_MS = 3_600_000;

export class Readings {
  readonly #api: Typed<paths>;
  readonly #queries: QueryClient;
  readonly meters: ListQuery<Meter>;
  /** Newest first. */
  readonly imports: ListQuery<Import>;

  constructor(client: ApiClient, queries: QueryClient) {
    const api = (this.#api = typed(client));
    this.#queries = queries;
    const pages = { initialPageParam: undefined, getNextPageParam: ({ next }: { readonly next: string | undefined }) => next };
    this.meters = {
      queryKey: ["meters"],
      queryFn: async ({ pageParam, signal }) => {
        const { meters, nextToken } = await api.callSignedIn("get", "/meters", { query: pageOf(pageParam), signal });
        return { items: meters, next: nextToken };
      },
      ...pages,
    };
    this.imports = {
      queryKey: IMPORTS,
      queryFn: async ({ pageParam, signal }) => {
        const { imports, nextToken } = await api.callSignedIn("get", "/imports", { query: pageOf(pageParam), signal });
        return { items: imports, next: nextToken };
      },
      ...pages,
    };
  }

  importOf(importId: string): Query<Import> {
    return { queryKey: ["import", importId], queryFn: ({ signal }) => this.get(importId, signal) };
  }

  /** How far an import has come, right now. */
  get(importId: string, signal?: AbortSignal): Promise<Import> {
    return this.#api.callSignedIn("get", "/imports/{importId}", { path: { importId }, ...(signal && { signal }) });
  }

  /** Say which file comes, and be told where it goes. */
  begin(filename: string, size: number, signal: AbortSignal): Promise<BegunImport> {
    return this.#api.callSignedIn("post", "/imports", { body: { filename, size }, signal });
  }

  /** Something has happened to an import: ask again where one is shown. */
  imported(): void {
    for (const queryKey of [IMPORTS, ["import"]]) void this.#queries.invalidateQueries({ queryKey });
  }

  /** What a meter counted from a moment until another: of a version, or the newest of each half hour. */
  between(meterId: string, from: number, to: number, version: number | undefined): Query<readonly Reading[]> {
    return {
      queryKey: ["readings", meterId, from, to, version],
      queryFn: async ({ signal }) => {
        const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: LARGEST_PAGE, ...(version && { version }) };
        const found: Reading[] = [];
        for (let after: string | undefined, isFirst = true; isFirst || after; isFirst = false) {
          const { readings, nextToken } = await this.#api.callSignedIn("get", "/meters/{meterId}/readings", {
            path: { meterId }, query: { ...query, ...(after && { nextToken: after }) }, signal,
          });
          found.push(...readings);
          after = nextToken;
        }
        return found;
      },
    };
  }

  /** Say whose meter one is, with all that it has counted. */
  async register(meterId: string, userId: string): Promise<void> {
    await this.#api.callSignedIn("put", "/meters/{meterId}", { path: { meterId }, body: { userId } });
    void this.#queries.invalidateQueries({ queryKey: this.meters.queryKey });
  }
}

function pageOf(nextToken: string | undefined) {
  return { limit: PAGE_SIZE, ...(nextToken && { nextToken }) };
}

/** Whether something may still happen to an import; a file that has not come in an hour was given up. */
export function isUnderWay({ status, createdAt }: Pick<Import, "status" | "createdAt">): boolean {
  return status === "IMPORTING" || (status === "AWAITING_UPLOAD" && Date.now() - Date.parse(createdAt) < HOUR_MS);
}
