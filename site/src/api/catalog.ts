// The catalog's products, which the site calls tariffs.

import type { QueryClient } from "@tanstack/query-core";
import { compare } from "../formats.ts";
import { all, withItem, type Listed, type ListQuery, type Pages, type Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./contract/catalog.ts";
import { typed, type Typed } from "./typed.ts";

export type Product = Readonly<components["schemas"]["ProductView"]>;
export type ProductDraft = Readonly<components["schemas"]["ProductBody"]>;

const PAGE_SIZE = 100;
const PAGES_AT_ONCE = 10;
const LIST = ["tariffs"];
const ONE = "/products/{productId}";

export class Catalog {
  readonly #api: Typed<paths>;
  readonly #queries: QueryClient;
  readonly list: ListQuery<Product>;

  constructor(api: ApiClient, queries: QueryClient) {
    this.#api = typed(api);
    this.#queries = queries;
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
      initialData: () => sorted(this.#queries.getQueryData(LIST)).find((product) => product.productId === productId),
      initialDataUpdatedAt: 0,
    };
  }

  get(productId: string, signal: AbortSignal): Promise<Product> {
    return this.#api.call("get", ONE, { path: { productId }, signal });
  }

  async add(draft: ProductDraft): Promise<Product> {
    return this.#keep(await this.#api.callSignedIn("post", "/products", { body: draft }));
  }

  async change(productId: string, draft: ProductDraft): Promise<Product> {
    return this.#keep(await this.#api.callSignedIn("put", ONE, { path: { productId }, body: draft }));
  }

  async remove(productId: string): Promise<void> {
    await this.#api.callSignedIn("delete", ONE, { path: { productId } });
    this.forget(productId);
  }

  /** Drop a tariff that turned out to be gone. */
  forget(productId: string): void {
    this.#list(productId, undefined);
  }

  async #read(token: string | undefined, signal: AbortSignal): Promise<Listed<Product>> {
    const items: Product[] = [];
    let next = token;
    for (let page = 0; page < PAGES_AT_ONCE; page += 1) {
      const { products, nextToken } = await this.#api.call("get", "/products", { query: { limit: PAGE_SIZE, ...(next && { nextToken: next }) }, signal });
      items.push(...products);
      next = nextToken;
      if (!next) break;
    }
    return { items, next };
  }

  #keep(product: Product): Product {
    this.#queries.setQueryData(["tariff", product.productId], product);
    this.#list(product.productId, product);
    return product;
  }

  #list(productId: string, to: Product | undefined): void {
    this.#queries.setQueryData<Pages<Product>>(LIST, (known) => withItem(known, (one) => one.productId === productId, to));
  }
}

/** Everything listed, by name. */
export function sorted(known: Pages<Product> | undefined): readonly Product[] {
  return all(known, ({ productId }) => productId).toSorted((a, b) => compare(a.name, b.name));
}
