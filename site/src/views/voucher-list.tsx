import { useEffect } from "preact/hooks";
import type { Voucher } from "../api/vouchers.ts";
import { useMember, useVouchers } from "../ui/member.ts";
import { formatPrice } from "../money.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import { Icon } from "../ui/icons.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import { Progress } from "../ui/progress.tsx";
import { useListQuery } from "../ui/query.ts";
import { Bone, Loaded, MoreOf, Notice } from "../ui/states.tsx";

const SKELETONS = 3;

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** The vouchers somebody has bought, newest first. */
export function VoucherList() {
  const { live } = useMember();
  const query = useListQuery(useVouchers().list);
  // What was bought elsewhere while nobody told.
  useEffect(() => {
    const left = new AbortController();
    live.onOpen(() => void query.refetch(), left.signal);
    return () => left.abort();
  }, []);
  return (
    <div>
      <div class="page-head">
        <div>
          <h1>Vouchers</h1>
          <p class="lead">Prepaid energy to give away: we mail it as a PDF.</p>
        </div>
        <a class="button" href={paths.buyVoucher}><Icon name="add" />Buy a voucher</a>
      </div>
      <section aria-label="Your vouchers">
        <Loaded query={query} waiting={<Skeletons />} what="your vouchers">
          {(known) => {
            const vouchers = all(known, ({ voucherId }) => voucherId);
            if (vouchers.length === 0) {
              return <Notice heading="No vouchers yet" detail="The vouchers you buy are listed here, with how far they have come." icon={<MoreIcon name="voucher" />} />;
            }
            return (
              <MoreOf query={query} items={vouchers} idOf={({ voucherId }) => voucherId} what="vouchers" list="cards">
                {(voucher) => <Card key={voucher.voucherId} voucher={voucher} />}
              </MoreOf>
            );
          }}
        </Loaded>
      </section>
    </div>
  );
}

function Card({ voucher: { voucherId, amount, currency, recipientEmail, status, createdAt } }: { readonly voucher: Voucher }) {
  return (
    <li class="card card-voucher">
      <h2 class="card-name">
        <a href={paths.voucher(voucherId)}>
          <span class="price-amount">{formatPrice(amount, currency)}</span>{" "}
          <span class="card-recipient">for {recipientEmail}</span>
        </a>
      </h2>
      <p class="hint">Bought <time dateTime={createdAt}>{dates.format(new Date(createdAt))}</time></p>
      <Progress status={status} />
    </li>
  );
}

function Skeletons() {
  return (
    <>
      <p class="visually-hidden" role="status">Loading your vouchers…</p>
      <ul class="cards" role="list" aria-hidden>
        {Array.from({ length: SKELETONS }, (_, index) => (
          <li key={index} class="card card-voucher"><Bone size="price" /><Bone size="name" /><Bone size="line" /><Bone size="line" /></li>
        ))}
      </ul>
    </>
  );
}
