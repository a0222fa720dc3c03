// What a message of the back end means for what is shown, and what the person is told of it.

import type { Status, Voucher, Vouchers } from "../api/vouchers.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { money } from "../formats.ts";
import * as t from "../.texts/member.ts";
import type { Message } from "./live.ts";

const REACHED: Readonly<Record<string, Status>> = { VoucherPaid: "PAID", VoucherIssued: "ISSUED", VoucherMailed: "MAILED", VoucherFailed: "FAILED" };

const WORDS: Readonly<Record<Status, ((voucher: Voucher) => string) | undefined>> = {
  // Who paid was told when the purchase was answered.
  PAID: undefined,
  ISSUED: (voucher) => t.voucherReady(said(voucher)),
  MAILED: (voucher) => t.voucherMailed(said(voucher)),
  FAILED: (voucher) => t.voucherFailed({ ...said(voucher), reason: voucher.reason ?? "" }).trim(),
};

/** Take up a message; one of a kind that this site does not know is none of its business. */
export async function takeUp({ type, data }: Message, app: App, vouchers: Vouchers | undefined): Promise<void> {
  if (type === "PermissionsChanged") {
    await app.session.idToken({ fresh: true });
    app.notices.notify(t.mayHasChanged);
    return;
  }
  const { accepted, rejected } = data;
  if (type === "ImportProgressed" || type === "ReadingsImported" || type === "ImportFailed") {
    for (const queryKey of [["imports"], ["import"], ["readings"]]) void app.queries.invalidateQueries({ queryKey });
    if (type === "ImportProgressed") return;
    app.notices.notify(type === "ImportFailed" ? t.fileFailed({ reason: String(data["reason"] ?? "") }).trim() : t.fileImported({ accepted: Number(accepted), rejected: Number(rejected) }));
    return;
  }
  const status = REACHED[type];
  const voucherId = data["voucherId"];
  if (!vouchers || !status || typeof voucherId !== "string") return;
  const { reason } = data;
  const voucher = await vouchers.advance(voucherId, status, typeof reason === "string" ? reason : undefined);
  const words = WORDS[status]?.(voucher);
  // The page of the voucher itself says it.
  if (words && window.location.pathname !== paths.voucher(voucherId)) app.notices.notify(words);
}

function said({ amount, currency, recipientEmail: email }: Voucher): { readonly price: string; readonly email: string } {
  return { price: money(amount, currency), email };
}
