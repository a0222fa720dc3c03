// The vouchers of the person who is signed in.

import type { QueryClient } from "@tanstack/query-core";
import type { ListQuery, Pages, Query } from "../queries.ts";
import { withItem } from "../queries-changed.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/vouchers.ts";
import { typed, type Typed } from "./typed.ts";

type Schemas = components["schemas"];
export type Voucher = Readonly<Schemas["VoucherView"]>;
export type VoucherDraft = Readonly<Schemas["VoucherBody"]>;
export type Status = Schemas["VoucherStatus"];

/** In the order in which a voucher goes through them; or it fails, which is an end as well: no money is kept. */
export const STATUSES = ["PAID", "ISSUED", "MAILED"] as const;

const PAGE_SIZE = 24;
const LIST = ["vouchers"];

export class Vouchers {
  readonly #api: Typed<paths>;
  readonly #queries: QueryClient;
  /** The furthest that was heard of each, by id. */
  readonly #seen = new Map<string, Voucher>();
  /** Newest first. */
  readonly list: ListQuery<Voucher>;

  constructor(client: ApiClient, queries: QueryClient) {
    const api = (this.#api = typed(client));
    this.#queries = queries;
    this.list = {
      queryKey: LIST,
      queryFn: async ({ pageParam, signal }) => {
        const query = { limit: PAGE_SIZE, ...(pageParam && { nextToken: pageParam }) };
        const { vouchers, nextToken } = await api.callSignedIn("get", "/vouchers", { query, signal });
        return { items: vouchers.map((one) => this.#newest(one)), next: nextToken };
      },
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next,
    };
  }

  /** One voucher; as it was last heard of, until the answer comes. */
  voucher(voucherId: string): Query<Voucher> {
    return {
      queryKey: keyOf(voucherId),
      queryFn: ({ signal }) => this.get(voucherId, signal),
      initialData: () => this.#seen.get(voucherId),
      initialDataUpdatedAt: 0,
    };
  }

  async get(voucherId: string, signal?: AbortSignal): Promise<Voucher> {
    return this.#newest(await this.#api.callSignedIn("get", "/vouchers/{voucherId}", { path: { voucherId }, ...(signal && { signal }) }));
  }

  /** Pay for a voucher; calls with the same key pay once and get the same voucher. */
  async buy(draft: VoucherDraft, idempotencyKey: string): Promise<Voucher> {
    return this.#keep(await this.#api.callSignedIn("post", "/vouchers", { body: draft, idempotencyKey }));
  }

  /** Have it mailed once more; calls with the same key are one mail. */
  async mailAgain(voucherId: string, idempotencyKey: string): Promise<void> {
    await this.#api.callSignedIn("post", "/vouchers/{voucherId}/mails", { path: { voucherId }, idempotencyKey });
  }

  /** One has reached a status, as the back end tells; answers the voucher, asked for if it is new here. */
  async advance(voucherId: string, status: Status, reason?: string): Promise<Voucher> {
    const seen = this.#seen.get(voucherId);
    return this.#keep(seen ? { ...seen, status, ...(reason === undefined ? {} : { reason }) } : await this.get(voucherId));
  }

  /** Drop everything known: somebody else is signed in now. */
  forget(): void {
    this.#seen.clear();
  }

  /** Show it wherever it is shown. */
  #keep(voucher: Voucher): Voucher {
    const newest = this.#newest(voucher);
    this.#queries.setQueryData(keyOf(newest.voucherId), newest);
    this.#queries.setQueryData<Pages<Voucher>>(LIST, (known) => withItem(known, (one) => one.voucherId === newest.voucherId, newest));
    return newest;
  }

  /** An answer may come later than what the back end has told since: no voucher goes back. */
  #newest(voucher: Voucher): Voucher {
    const seen = this.#seen.get(voucher.voucherId);
    const newest = seen && isFurther(seen, voucher) ? { ...voucher, status: seen.status, ...reasonOf(seen) } : voucher;
    this.#seen.set(newest.voucherId, newest);
    return newest;
  }
}

function keyOf(voucherId: string): readonly string[] {
  return ["voucher", voucherId];
}

/** Whether a voucher has reached a status; one that came to nothing has reached none. */
export function hasReached({ status }: Voucher, wanted: Exclude<Status, "FAILED">): boolean {
  return status !== "FAILED" && STATUSES.indexOf(status) >= STATUSES.indexOf(wanted);
}

/** Whether nothing will happen to a voucher any more. */
export function isOver({ status }: Voucher): boolean {
  return status === "MAILED" || status === "FAILED";
}

/** Whether what was seen of a voucher is newer than, or as new as, an answer. */
function isFurther(seen: Voucher, answer: Voucher): boolean {
  return seen.status === "FAILED" || (answer.status !== "FAILED" && hasReached(seen, answer.status));
}

function reasonOf({ reason }: Voucher): Pick<Voucher, "reason"> {
  return reason === undefined ? {} : { reason };
}
