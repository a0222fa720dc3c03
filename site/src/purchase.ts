// The purchase that this tab is about to send, kept with its key until it is answered: whatever
// repeats it, a lost connection or a reloaded page, repeats it with the same key and pays once.

import type { VoucherDraft } from "./api/vouchers.ts";

export interface Purchase {
  /** E-mail address of who buys. */
  readonly buyer: string;
  readonly key: string;
  readonly draft: VoucherDraft;
  /** It was sent, and no answer came: it may have been paid, whatever a later try is told. */
  readonly isUnanswered?: boolean;
}

const NAME = "blockwork.purchase";

/** Keeps one purchase at a time; `storage` is of the tab, since two tabs may buy two vouchers. */
export class OpenPurchase {
  readonly #storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
    this.#storage = storage;
  }

  /** The purchase this person has no answer to; undefined when there is none. */
  of(buyer: string): Purchase | undefined {
    try {
      const kept = JSON.parse(this.#storage.getItem(NAME) ?? "null") as Purchase | null;
      return kept?.buyer === buyer && typeof kept.key === "string" && kept.draft ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keep a purchase that is about to be sent. */
  open(buyer: string, draft: VoucherDraft): Purchase {
    const purchase = { buyer, key: crypto.randomUUID(), draft };
    this.#storage.setItem(NAME, JSON.stringify(purchase));
    return purchase;
  }

  /** It was sent without an answer; says so of it from now on. */
  leave(purchase: Purchase): Purchase {
    const unanswered = { ...purchase, isUnanswered: true };
    this.#storage.setItem(NAME, JSON.stringify(unanswered));
    return unanswered;
  }

  /** It is answered, or given up; a later one stays. */
  close({ buyer, key }: Purchase): void {
    if (this.of(buyer)?.key === key) this.#storage.removeItem(NAME);
  }
}
