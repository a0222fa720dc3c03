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
  #known: readonly Voucher[] | undefined;
  #nextToken: string | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The vouchers of the last listing, kept so that going back shows them at once. */
  get known(): readonly Voucher[] | undefined {
    return this.#known;
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

  async get(voucherId: string, signal: AbortSignal): Promise<Voucher> {
    const voucher = checked(await this.#api.callSignedIn(`/vouchers/${encodeURIComponent(voucherId)}`, { signal }));
    this.#keep(voucher);
    return voucher;
  }

  /** Pay for a voucher; calls with the same key pay once and get the same voucher. */
  async buy(draft: VoucherDraft, idempotencyKey: string): Promise<Voucher> {
    const voucher = checked(await this.#api.callSignedIn("/vouchers", { method: "POST", body: draft, idempotencyKey }));
    this.#keep(voucher);
    return voucher;
  }

  /** Drop everything known: somebody else is signed in now. */
  forget(): void {
    this.#known = undefined;
    this.#nextToken = undefined;
  }

  async #read(before: readonly Voucher[], token: string | undefined, signal: AbortSignal): Promise<readonly Voucher[]> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (token) query.set("nextToken", token);
    const body = await this.#api.callSignedIn(`/vouchers?${query}`, { signal });
    const { vouchers, nextToken } = body as { vouchers: unknown[]; nextToken?: string | null };
    const found = vouchers.map(checked);
    this.#nextToken = nextToken ?? undefined;
    // One bought while the pages were turned comes again on a later one.
    const ids = new Set(found.map(({ voucherId }) => voucherId));
    this.#known = [...before.filter(({ voucherId }) => !ids.has(voucherId)), ...found];
    return this.#known;
  }

  #keep(voucher: Voucher): void {
    if (!this.#known) return;
    const isKnown = this.#known.some(({ voucherId }) => voucherId === voucher.voucherId);
    this.#known = isKnown
      ? this.#known.map((one) => (one.voucherId === voucher.voucherId ? voucher : one))
      : [voucher, ...this.#known].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
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
