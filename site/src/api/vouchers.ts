// The vouchers of the person who is signed in.

import type { ApiClient } from "./client.ts";

/** In the order in which a voucher goes through them. */
export const STATUSES = ["PAID", "ISSUED", "MAILED"] as const;
/** Or it comes to nothing, which is an end as well: no money is kept. */
export type Status = (typeof STATUSES)[number] | "FAILED";

export interface VoucherDraft {
  /** Decimal string with two decimals. */
  readonly amount: string;
  readonly currency: "GBP";
  readonly recipientEmail: string;
}

export interface Voucher extends VoucherDraft {
  readonly voucherId: string;
  readonly status: Status;
  /** Why it came to nothing, for people to read; only with the status FAILED. */
  readonly reason?: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Where the PDF is for a few minutes; only once issued. */
  readonly pdfUrl?: string;
}

const PAGE_SIZE = 24;

export class Vouchers {
  readonly #api: ApiClient;
  readonly #changes = new EventTarget();
  /** Everything seen, by id: the list, and what was looked at alone. */
  readonly #seen = new Map<string, Voucher>();
  #known: readonly Voucher[] | undefined;
  #nextToken: string | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The vouchers of the last listing, kept so that going back shows them at once. */
  get known(): readonly Voucher[] | undefined {
    return this.#known;
  }

  /** A voucher of which something was heard, which may have gone on since. */
  seen(voucherId: string): Voucher | undefined {
    return this.#seen.get(voucherId);
  }

  /** Whether there are more than were listed. */
  get hasMore(): boolean {
    return this.#nextToken !== undefined;
  }

  /** List from the start, newest first. */
  async list(signal: AbortSignal): Promise<readonly Voucher[]> {
    return this.#read([], undefined, signal);
  }

  /** Continue where the listing stopped; answers everything listed so far. */
  async listMore(signal: AbortSignal): Promise<readonly Voucher[]> {
    return this.#read(this.#known ?? [], this.#nextToken, signal);
  }

  async get(voucherId: string, signal?: AbortSignal): Promise<Voucher> {
    const path = `/vouchers/${encodeURIComponent(voucherId)}`;
    return this.#keep(checked(await this.#api.callSignedIn(path, signal ? { signal } : {})));
  }

  /** Pay for a voucher; calls with the same key pay once and get the same voucher. */
  async buy(draft: VoucherDraft, idempotencyKey: string): Promise<Voucher> {
    return this.#keep(checked(await this.#api.callSignedIn("/vouchers", { method: "POST", body: draft, idempotencyKey })));
  }

  /** One has reached a status, as the back end tells; answers the voucher, asked for if it is new here. */
  async advance(voucherId: string, status: Status, reason?: string): Promise<Voucher> {
    const seen = this.#seen.get(voucherId);
    const voucher = seen ? this.#keep({ ...seen, status, ...(reason === undefined ? {} : { reason }) }) : await this.get(voucherId);
    this.#changes.dispatchEvent(new CustomEvent("change", { detail: voucher }));
    return voucher;
  }

  /** Call `listener` with each voucher of which the back end tells something, until the page is left. */
  onChange(listener: (voucher: Voucher) => void, left: AbortSignal): void {
    this.#changes.addEventListener("change", (event) => listener((event as CustomEvent<Voucher>).detail), { signal: left });
  }

  /** Drop everything known: somebody else is signed in now. */
  forget(): void {
    this.#seen.clear();
    this.#known = undefined;
    this.#nextToken = undefined;
  }

  async #read(before: readonly Voucher[], token: string | undefined, signal: AbortSignal): Promise<readonly Voucher[]> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (token) query.set("nextToken", token);
    const body = await this.#api.callSignedIn(`/vouchers?${query}`, { signal });
    const { vouchers, nextToken } = body as { vouchers: unknown[]; nextToken?: string | null };
    const found = vouchers.map((one) => this.#newest(checked(one)));
    this.#nextToken = nextToken ?? undefined;
    // One bought while the pages were turned comes again on a later one.
    const ids = new Set(found.map(({ voucherId }) => voucherId));
    this.#known = [...before.filter(({ voucherId }) => !ids.has(voucherId)), ...found];
    return this.#known;
  }

  #keep(voucher: Voucher): Voucher {
    const newest = this.#newest(voucher);
    const isKnown = this.#known?.some(({ voucherId }) => voucherId === newest.voucherId);
    this.#known = isKnown
      ? this.#known?.map((one) => (one.voucherId === newest.voucherId ? newest : one))
      : this.#known && [newest, ...this.#known].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
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

function checked(value: unknown): Voucher {
  const voucher = value as Voucher;
  if (
    typeof voucher?.voucherId !== "string" || ![...STATUSES, "FAILED"].includes(voucher.status) ||
    (voucher.reason !== undefined && typeof voucher.reason !== "string") ||
    !/^\d+(\.\d+)?$/.test(voucher.amount) || typeof voucher.recipientEmail !== "string" ||
    (voucher.pdfUrl !== undefined && !/^https?:\/\//.test(voucher.pdfUrl))
  ) {
    throw new TypeError("the vouchers API answered something that is not a voucher");
  }
  return voucher;
}
