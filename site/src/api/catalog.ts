// The catalog's products, which the site calls tariffs.

import { CURRENCIES, UNITS, type Currency, type Unit } from "../money.ts";
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

const byName = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

export class Catalog {
  readonly #api: ApiClient;
  #known: readonly Product[] | undefined;
  #nextToken: string | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The tariffs of the last listing, kept so that going back shows them at once. */
  get known(): readonly Product[] | undefined {
    return this.#known;
  }

  /** Whether the catalog holds more than was listed. */
  get hasMore(): boolean {
    return this.#nextToken !== undefined;
  }

  /** List from the start, sorted by name. */
  async list(signal: AbortSignal): Promise<readonly Product[]> {
    return this.#read([], undefined, signal);
  }

  /** Continue where the listing stopped; answers everything listed so far, sorted by name. */
  async listMore(signal: AbortSignal): Promise<readonly Product[]> {
    return this.#read(this.#known ?? [], this.#nextToken, signal);
  }

  async get(productId: string, signal: AbortSignal): Promise<Product> {
    const product = checked(await this.#api.call(pathOf(productId), { signal }));
    this.#replace(productId, product);
    return product;
  }

  async add(draft: ProductDraft): Promise<Product> {
    const product = checked(await this.#api.callSignedIn("/products", { method: "POST", body: draft }));
    this.#replace(product.productId, product);
    return product;
  }

  async change(productId: string, draft: ProductDraft): Promise<Product> {
    const product = checked(await this.#api.callSignedIn(pathOf(productId), { method: "PUT", body: draft }));
    this.#replace(productId, product);
    return product;
  }

  async remove(productId: string): Promise<void> {
    await this.#api.callSignedIn(pathOf(productId), { method: "DELETE" });
    this.forget(productId);
  }

  /** Drop a tariff that turned out to be gone. */
  forget(productId: string): void {
    this.#replace(productId);
  }

  async #read(
    before: readonly Product[],
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly Product[]> {
    const products = [...before];
    let next = token;
    for (let page = 0; page < PAGES_AT_ONCE; page += 1) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
      if (next) query.set("nextToken", next);
      const body = await this.#api.call(`/products?${query}`, { signal });
      const { products: found, nextToken } = body as { products: unknown[]; nextToken?: string | null };
      products.push(...found.map(checked));
      next = nextToken ?? undefined;
      if (!next) break;
    }
    this.#nextToken = next;
    this.#known = sorted(products);
    return this.#known;
  }

  #replace(productId: string, ...products: Product[]): void {
    if (!this.#known) return;
    const others = this.#known.filter((product) => product.productId !== productId);
    this.#known = sorted([...others, ...products]);
  }
}

/** Whether two tariffs, or two lists of them, read the same. */
export function isSame(one: Product | readonly Product[], other: Product | readonly Product[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function pathOf(productId: string): string {
  return `/products/${encodeURIComponent(productId)}`;
}

function sorted(products: readonly Product[]): readonly Product[] {
  return products.toSorted((a, b) => byName.compare(a.name, b.name));
}

function checked(value: unknown): Product {
  const product = value as Product;
  if (
    typeof product?.productId !== "string" || typeof product.name !== "string" ||
    !/^\d+(\.\d+)?$/.test(product.price) || !CURRENCIES.includes(product.currency) || !UNITS.includes(product.unit)
  ) {
    throw new TypeError(`the catalog answered something that is not a product: ${JSON.stringify(value)}`);
  }
  return product;
}
