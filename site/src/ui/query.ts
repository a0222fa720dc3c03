// Queries of the cache for components: drawn again when what they read changes.

import { InfiniteQueryObserver, QueryObserver } from "@tanstack/query-core";
import { useEffect, useReducer, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { ListQuery, Query } from "../queries.ts";

export function useQuery<T>(options: Query<T>) {
  const { queries } = useApp();
  const settled = queries.defaultQueryOptions(options);
  settled._optimisticResults = "optimistic";
  const [observer] = useState(() => new QueryObserver(queries, settled));
  follow(observer, () => observer.setOptions(settled));
  return observer.getOptimisticResult(settled);
}

/** A list that is asked for page by page. */
export function useListQuery<T>(options: ListQuery<T>) {
  const { queries } = useApp();
  const settled = queries.defaultQueryOptions(options as never) as never as ListQuery<T>;
  const [observer] = useState(() => new InfiniteQueryObserver(queries, settled));
  follow(observer as never, () => observer.setOptions(settled));
  return observer.getCurrentResult();
}

function follow(observer: { subscribe: (listener: () => void) => () => void }, update: () => void): void {
  const [, draw] = useReducer((count: number, _: void) => count + 1, 0);
  useEffect(() => {
    const stop = observer.subscribe(() => draw());
    // Something may have come in between drawing and listening.
    draw();
    return stop;
  }, [observer]);
  useEffect(update);
}
