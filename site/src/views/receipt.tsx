import { useLayoutEffect, useRef } from "preact/hooks";
import type { Voucher } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { formatPrice } from "../money.ts";
import { SITE_NAME } from "../places.ts";
import "../styles/receipt.css";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

/** What was paid, to be printed: the voucher itself is its PDF. Says nothing that the voucher does not. */
export function Receipt({ voucher: { voucherId, amount, currency, recipientEmail, createdAt } }: { readonly voucher: Voucher }) {
  const { session } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <section class="panel receipt" aria-labelledby="receipt-heading">
      <h2 id="receipt-heading" tabindex={-1} ref={heading}>Receipt</h2>
      <p>{SITE_NAME}<br />{window.location.host}</p>
      <dl>
        <div><dt>Energy voucher of</dt><dd>{formatPrice(amount, currency)}</dd></div>
        <div><dt>Paid on</dt><dd><time dateTime={createdAt}>{dates.format(new Date(createdAt))}</time></dd></div>
        {session.person && <div><dt>Paid by</dt><dd>{session.person.email}</dd></div>}
        <div><dt>Mailed to</dt><dd>{recipientEmail}</dd></div>
        <div><dt>Number of the voucher and its payment</dt><dd>{voucherId}</dd></div>
        <div class="receipt-total"><dt>Total paid</dt><dd>{formatPrice(amount, currency)}</dd></div>
      </dl>
      <div class="actions"><button type="button" class="button" onClick={() => window.print()}>Print</button></div>
    </section>
  );
}
