// One cache for what the APIs answer: who asks when, what is shown meanwhile, and when it is asked for again.

import {
  focusManager,
  QueryCache,
  QueryClient,
  type InfiniteData,
  type InfiniteQueryObserverOptions,
  type QueryKey,
  type QueryObserverOptions,
} from "@tanstack/query-core";
import { Unreachable } from "./api/client.ts";
import { ApiError } from "./api/problem.ts";
import { SessionExpired } from "./auth/person.ts";

/** How to ask for something. */
export type Query<T> = QueryObserverOptions<T, Error, T, T, QueryKey>;

/** How to ask for a list, page by page. */
export type ListQuery<T> = InfiniteQueryObserverOptions<Listed<T>, Error, Pages<T>, QueryKey, string | undefined>;

/** Pages of a list as the cache keeps them. */
export type Pages<T> = InfiniteData<Listed<T>, string | undefined>;

export interface Listed<T> {
  readonly items: readonly T[];
  /** Asks for the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** `onExpired` is told when a page that is shown asks for something after the session has ended. */
export function newQueries(onExpired: () => void): QueryClient {
  focusManager.setEventListener((focus) => {
    const listen = () => focus(!document.hidden);
    document.addEventListener("visibilitychange", listen);
    return () => document.removeEventListener("visibilitychange", listen);
  });
  const queryCache = new QueryCache({
    onError: (error, query) => {
      if (error instanceof SessionExpired) {
        if (query.isActive()) onExpired();
      } else if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
    },
  });
  const queries = new QueryClient({
    queryCache,
    defaultOptions: {
      queries: {
        // The client waits and repeats by itself, and a browser may think wrongly that it is offline.
        retry: false,
        networkMode: "always",
        refetchOnReconnect: true,
        refetchOnWindowFocus: false,
      },
    },
  });
  // Listens to whether somebody looks, and is online.
  queries.mount();
  return queries;
}

/** Everything listed, each once: what is added while pages are turned comes again on a later one. */
export function all<T>(known: Pages<T> | undefined, idOf: (item: T) => string): readonly T[] {
  return [...new Map(known?.pages.flatMap(({ items }) => items).map((item) => [idOf(item), item])).values()];
}
