// What a part of a page shows while it waits, and when what it waited for did not come.

import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Unreachable } from "../api/client.ts";
import { ApiError, pause, referenceOf } from "../api/problem.ts";
import * as t from "../.texts/visitor.ts";
import { Icon, type IconName } from "./icons.tsx";
import { useLazy } from "./lazy.ts";

interface NoticeProps {
  readonly heading: string;
  readonly detail: string;
  /** Level of the heading within the page. */
  readonly level?: 1 | 2 | undefined;
  /** One of those that everybody has, or another one drawn. */
  readonly icon: IconName | VNode;
  readonly role?: "alert";
  readonly children?: ComponentChildren;
}

/** A calm notice in place of content: nothing here yet, not found, not allowed. */
export function Notice({ heading, detail, level = 2, icon, role, children }: NoticeProps) {
  return (
    <div class="notice" role={role}>
      {typeof icon === "string" ? <Icon name={icon} /> : icon}
      {level === 1 ? <h1>{heading}</h1> : <h2>{heading}</h2>}
      <p>{detail}</p>
      <div class="actions">{children}</div>
    </div>
  );
}

/** A failure, with a button to try again, and what to tell people who help. */
export function Failure({ retry, error, ...rest }: Omit<NoticeProps, "icon" | "role"> & { readonly error?: unknown; readonly retry: () => void }) {
  const id = error ? referenceOf(error) : "";
  // Said even where the code of the rest does not come.
  const Actions = useLazy(Boolean(id) && (() => import("./reference.tsx")))?.ReferenceActions;
  return (
    <Notice {...rest} icon="alert" role="alert">
      <button type="button" class="button" onClick={retry}>{t.tryAgain}</button>
      {id && <p class="hint">{t.reference({ id })}{Actions && <Actions id={id} />}</p>}
    </Notice>
  );
}

/** A page that failed, which only loading it anew can mend. */
export function Broken({ error, detail }: { readonly error: unknown; readonly detail: string }) {
  return <Failure heading={t.pageNotLoaded} detail={detail} level={1} error={error} retry={() => window.location.reload()} />;
}

/** As much of a query as showing it takes. */
interface Readable<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isFetching: boolean;
  readonly refetch: () => Promise<unknown>;
}

/**
 * What a query answers: `waiting` until then, a failure with a retry instead of an error. What is
 * known already stays when asking again fails. `onError` may take an error over.
 */
export function Loaded<T>({ query, waiting, what, level, onError, children }: {
  readonly query: Readable<T>;
  readonly waiting: ComponentChildren;
  readonly what: string;
  /** Level of a failure's heading. */
  readonly level?: 1 | 2;
  readonly onError?: (error: unknown) => ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { data, error, isFetching } = query;
  const region = useRef<HTMLDivElement>(null);
  const taken = error ? onError?.(error) : undefined;
  const retry = () => {
    // The button goes: the focus stays at its place.
    region.current?.focus({ preventScroll: true });
    void query.refetch();
  };
  let shown: ComponentChildren;
  if (taken) shown = taken;
  else if (data !== undefined) shown = children(data);
  else if (error && !isFetching) shown = <Failure {...inWords(error, what)} level={level} retry={retry} />;
  else shown = waiting;
  const isWaiting = data === undefined && shown === waiting;
  return <div class="loaded" tabindex={-1} ref={region} aria-busy={isWaiting || undefined}>{shown}</div>;
}

function inWords(error: unknown, what: string): { readonly heading: string; readonly detail: string; readonly error?: unknown } {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? { heading: t.notLoaded({ what }), detail: t.noAnswer, error }
      : { heading: t.offline, detail: t.offlineWhat({ what }) };
  }
  if (error instanceof ApiError && error.status === 429) {
    return { heading: t.tooFast, detail: pause(error), error };
  }
  return { heading: t.notLoaded({ what }), detail: t.ourFault, error };
}

/** A list that goes on where it stopped, and the focus with it: to the first that a press has brought. */
export function MoreOf<T>({ query, items, idOf, more, list, children }: {
  readonly query: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; readonly isFetchNextPageError: boolean; readonly error: Error | null; readonly fetchNextPage: () => Promise<unknown> };
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
  /** What comes next, such as “more tariffs”. */
  readonly more: string;
  readonly list: string;
  readonly children: (item: T) => ComponentChildren;
}) {
  const element = useRef<HTMLUListElement>(null);
  const before = useRef<ReadonlySet<string>>(undefined);
  useLayoutEffect(() => {
    const known = before.current;
    const first = known && items.findIndex((item) => !known.has(idOf(item)));
    if (first === undefined || first < 0) return;
    before.current = undefined;
    element.current?.children[first]?.querySelector("a")?.focus({ preventScroll: true });
  }, [items]);
  const goOn = () => {
    before.current = new Set(items.map(idOf));
    void query.fetchNextPage();
  };
  return (
    <>
      <ul class={list} role="list" ref={element}>{items.map(children)}</ul>
      <div class="actions actions-center">
        {query.isFetchingNextPage
          ? <p role="status">{t.loadingMore({ what: more })}</p>
          : query.isFetchNextPageError && query.error
            ? <Failure {...inWords(query.error, more)} retry={goOn} />
            : query.hasNextPage && <button type="button" class="button button-plain" onClick={goOn}>{t.showMore}</button>}
      </div>
    </>
  );
}

/** A grey bar where text will be. */
export function Bone({ size }: { readonly size: string }) {
  return <span class={`bone bone-${size}`} />;
}
