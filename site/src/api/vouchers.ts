// The vouchers of the person who is signed in.

import type { ApiClient } from "./client.ts";

/** In the order in which a voucher goes through them. */
export const STATUSES = ["PAID", "ISSUED", "MAILED"] as const;
export type Status = (typeof STATUSES)[number];

export interface VoucherDraft {
  /** Decimal string with two decimals. */
  readonly amount: string;
  readonly currency: "GBP";
  readonly recipientEmail: string;
}

export interface Voucher extends VoucherDraft {
  readonly voucherId: string;
  readonly status: Status;
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
  async advance(voucherId: string, status: Status): Promise<Voucher> {
    const seen = this.#seen.get(voucherId);
    const voucher = seen ? this.#keep({ ...seen, status }) : await this.get(voucherId);
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
    const newest = seen && hasReached(seen, voucher.status) ? { ...voucher, status: seen.status } : voucher;
    this.#seen.set(newest.voucherId, newest);
    return newest;
  }
}

/** Whether a voucher has reached a status. */
export function hasReached({ status }: Voucher, wanted: Status): boolean {
  return STATUSES.indexOf(status) >= STATUSES.indexOf(wanted);
}

function checked(value: unknown): Voucher {
  const voucher = value as Voucher;
  if (
    typeof voucher?.voucherId !== "string" || !STATUSES.includes(voucher.status) ||
    !/^\d+(\.\d+)?$/.test(voucher.amount) || typeof voucher.recipientEmail !== "string" ||
    (voucher.pdfUrl !== undefined && !/^https?:\/\//.test(voucher.pdfUrl))
  ) {
    throw new TypeError("the vouchers API answered something that is not a voucher");
  }
  return voucher;
}
