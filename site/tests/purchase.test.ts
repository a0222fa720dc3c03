import assert from "node:assert/strict";
import { test } from "node:test";
import type { VoucherDraft } from "../src/api/vouchers.ts";
import { OpenPurchase } from "../src/purchase.ts";

const draft: VoucherDraft = { amount: "25.00", currency: "GBP", recipientEmail: "anna@example.com" };

class Tab {
  readonly #items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#items.set(name, value);
  }
  removeItem(name: string): void {
    this.#items.delete(name);
  }
}

test("a purchase keeps its key over a reload of the page until it is closed", () => {
  const tab = new Tab();
  const purchase = new OpenPurchase(tab).open("me@example.com", draft);
  const reloaded = new OpenPurchase(tab);
  assert.deepEqual(reloaded.of("me@example.com"), purchase);
  reloaded.close(purchase);
  assert.equal(new OpenPurchase(tab).of("me@example.com"), undefined);
});

test("every purchase has a key of its own, of the characters and length the API takes", () => {
  const open = new OpenPurchase(new Tab());
  const keys = [open.open("me@example.com", draft).key, open.open("me@example.com", draft).key];
  assert.notEqual(keys[0], keys[1]);
  for (const key of keys) assert.match(key, /^[A-Za-z0-9_-]{1,128}$/);
});

test("nobody continues the purchase of somebody else who used the same tab", () => {
  const open = new OpenPurchase(new Tab());
  open.open("me@example.com", draft);
  assert.equal(open.of("you@example.com"), undefined);
});

test("an answer that comes late does not close a later purchase", () => {
  const open = new OpenPurchase(new Tab());
  const first = open.open("me@example.com", draft);
  const second = open.open("me@example.com", { ...draft, amount: "50.00" });
  open.close(first);
  assert.deepEqual(open.of("me@example.com"), second);
});

test("what is no purchase, or no JSON, is none", () => {
  const tab = new Tab();
  for (const kept of ["{", "null", '"x"', '{"buyer":"me@example.com"}']) {
    tab.setItem("blockwork.purchase", kept);
    assert.equal(new OpenPurchase(tab).of("me@example.com"), undefined, kept);
  }
});

test("a purchase that was left without an answer says so, with its key, until it is closed", () => {
  const tab = new Tab();
  const open = new OpenPurchase(tab);
  const purchase = open.open("me@example.com", draft);
  const left = open.leave(purchase);
  assert.deepEqual(left, { ...purchase, isUnanswered: true });
  assert.deepEqual(new OpenPurchase(tab).of("me@example.com"), left);
  open.close(left);
  assert.equal(open.of("me@example.com"), undefined);
});
