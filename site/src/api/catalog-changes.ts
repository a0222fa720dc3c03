// What administrators do with the catalog's products: its code comes with their views.

import type { Pages } from "../queries.ts";
import { withItem } from "../queries-changed.ts";
import { LIST, ONE, type Catalog, type Product, type ProductDraft } from "./catalog.ts";

export async function add(catalog: Catalog, draft: ProductDraft): Promise<Product> {
  return keep(catalog, await catalog.api.callSignedIn("post", "/products", { body: draft }));
}

export async function change(catalog: Catalog, productId: string, draft: ProductDraft): Promise<Product> {
  return keep(catalog, await catalog.api.callSignedIn("put", ONE, { path: { productId }, body: draft }));
}

export async function remove(catalog: Catalog, productId: string): Promise<void> {
  await catalog.api.callSignedIn("delete", ONE, { path: { productId } });
  forget(catalog, productId);
}

/** Drop a tariff that turned out to be gone. */
export function forget(catalog: Catalog, productId: string): void {
  list(catalog, productId, undefined);
}

function keep(catalog: Catalog, product: Product): Product {
  catalog.queries.setQueryData(["tariff", product.productId], product);
  list(catalog, product.productId, product);
  return product;
}

function list({ queries }: Catalog, productId: string, to: Product | undefined): void {
  queries.setQueryData<Pages<Product>>(LIST, (known) => withItem(known, (one) => one.productId === productId, to));
}
