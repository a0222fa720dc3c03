// Lists of the cache after one of their items was changed, for who may change something.

import type { Pages } from "./queries.ts";

/** The pages after `item` was changed, removed (`to` undefined) or, where it is in none, put first. */
export function withItem<T>(known: Pages<T> | undefined, isIt: (item: T) => boolean, to: T | undefined): Pages<T> | undefined {
  if (!known) return undefined;
  const isListed = known.pages.some(({ items }) => items.some(isIt));
  const pages = known.pages.map((page, index) => {
    if (isListed) return { ...page, items: page.items.flatMap((item) => (isIt(item) ? (to === undefined ? [] : [to]) : [item])) };
    return index === 0 && to !== undefined ? { ...page, items: [to, ...page.items] } : page;
  });
  return { ...known, pages };
}
