import { useLayoutEffect, useRef } from "preact/hooks";
import type { Voucher } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { moment, money } from "../formats.ts";
import { SITE_NAME } from "../places.ts";
import "../styles/receipt.css";
import * as t from "../.texts/vouchers.ts";

/** What was paid, to be printed: the voucher itself is its PDF. Says nothing that the voucher does not. */
export function Receipt({ voucher: { voucherId, amount, currency, recipientEmail, createdAt } }: { readonly voucher: Voucher }) {
  const { session } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <section class="panel receipt" aria-labelledby="receipt-heading">
      <h2 id="receipt-heading" tabindex={-1} ref={heading}>{t.receipt}</h2>
      <p>{SITE_NAME}<br />{window.location.host}</p>
      <dl>
        <div><dt>{t.receiptOf}</dt><dd>{money(amount, currency)}</dd></div>
        <div><dt>{t.paidOn}</dt><dd><time dateTime={createdAt}>{moment(createdAt)}</time></dd></div>
        {session.person && <div><dt>{t.paidBy}</dt><dd>{session.person.email}</dd></div>}
        <div><dt>{t.mailedTo}</dt><dd>{recipientEmail}</dd></div>
        <div><dt>{t.receiptNumber}</dt><dd>{voucherId}</dd></div>
        <div class="receipt-total"><dt>{t.totalPaid}</dt><dd>{money(amount, currency)}</dd></div>
      </dl>
      <div class="actions"><button type="button" class="button" onClick={() => window.print()}>{t.print}</button></div>
    </section>
  );
}
