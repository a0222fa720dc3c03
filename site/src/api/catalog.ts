// The catalog's products, which the site calls tariffs.

import type { QueryClient } from "@tanstack/query-core";
import type { Currency, Unit } from "../money.ts";
import { all, withItem, type Listed, type ListQuery, type Pages, type Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";

export interface ProductDraft {
  readonly name: string;
  readonly description: string;
  /** Decimal string, at most 4 decimals. */
  readonly price: string;
  readonly currency: Currency;
  readonly unit: Unit;
}

export interface Product extends ProductDraft {
  readonly productId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

const PAGE_SIZE = 100;
const PAGES_AT_ONCE = 10;
const LIST = ["tariffs"];

const byName = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

export class Catalog {
  readonly #api: ApiClient;
  readonly #queries: QueryClient;
  readonly list: ListQuery<Product>;

  constructor(api: ApiClient, queries: QueryClient) {
    this.#api = api;
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

  async get(productId: string, signal: AbortSignal): Promise<Product> {
    return (await this.#api.call(pathOf(productId), { signal })) as Product;
  }

  async add(draft: ProductDraft): Promise<Product> {
    return this.#keep((await this.#api.callSignedIn("/products", { method: "POST", body: draft })) as Product);
  }

  async change(productId: string, draft: ProductDraft): Promise<Product> {
    return this.#keep((await this.#api.callSignedIn(pathOf(productId), { method: "PUT", body: draft })) as Product);
  }

  async remove(productId: string): Promise<void> {
    await this.#api.callSignedIn(pathOf(productId), { method: "DELETE" });
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
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(next && { nextToken: next }) });
      const body = await this.#api.call(`/products?${query}`, { signal });
      const { products, nextToken } = body as { products: Product[]; nextToken?: string | null };
      items.push(...products);
      next = nextToken ?? undefined;
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
  return all(known, ({ productId }) => productId).toSorted((a, b) => byName.compare(a.name, b.name));
}

function pathOf(productId: string): string {
  return `/products/${encodeURIComponent(productId)}`;
}
