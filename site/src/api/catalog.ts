// The catalog's products, which the site calls tariffs.

import type { QueryClient } from "@tanstack/query-core";
import { compare } from "../formats.ts";
import { all, type Listed, type ListQuery, type Pages, type Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/catalog.ts";
import { typed, type Typed } from "./typed.ts";

export type Product = Readonly<components["schemas"]["ProductView"]>;
export type ProductDraft = Readonly<components["schemas"]["ProductBody"]>;

const PAGE_SIZE = 100;
const PAGES_AT_ONCE = 10;
export const LIST = ["tariffs"];
export const ONE = "/products/{productId}";

export class Catalog {
  readonly api: Typed<paths>;
  readonly queries: QueryClient;
  readonly list: ListQuery<Product>;

  constructor(api: ApiClient, queries: QueryClient) {
    this.api = typed(api);
    this.queries = queries;
    this.list = {
      queryKey: LIST,
      queryFn: ({ pageParam, signal }) => this.#read(pageParam, signal),
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next,
    };
  }

  /** One tariff; as it was listed, until the answer comes. */
  tariff(productId: string): Query<Product> {
    return {
      queryKey: ["tariff", productId],
      queryFn: ({ signal }) => this.get(productId, signal),
      initialData: () => sorted(this.queries.getQueryData(LIST)).find((product) => product.productId === productId),
      initialDataUpdatedAt: 0,
    };
  }

  get(productId: string, signal: AbortSignal): Promise<Product> {
    return this.api.call("get", ONE, { path: { productId }, signal });
  }

  async #read(token: string | undefined, signal: AbortSignal): Promise<Listed<Product>> {
    const items: Product[] = [];
    let next = token;
    for (let page = 0; page < PAGES_AT_ONCE; page += 1) {
      const { products, nextToken } = await this.api.call("get", "/products", { query: { limit: PAGE_SIZE, ...(next && { nextToken: next }) }, signal });
      items.push(...products);
      next = nextToken;
      if (!next) break;
    }
    return { items, next };
  }
}

/** Everything listed, by name. */
export function sorted(known: Pages<Product> | undefined): readonly Product[] {
  return all(known, ({ productId }) => productId).toSorted((a, b) => compare(a.name, b.name));
}
