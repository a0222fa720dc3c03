import { useEffect } from "preact/hooks";
import type { Voucher } from "../api/vouchers.ts";
import { useMember, useVouchers } from "../ui/member.ts";
import { moment, money } from "../formats.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import * as t from "../.texts/vouchers.ts";
import * as common from "../.texts/visitor.ts";
import { Icon } from "../ui/icons.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import { Progress } from "../ui/progress.tsx";
import { useListQuery } from "../ui/query.ts";
import { Bone, Loaded, MoreOf, Notice } from "../ui/states.tsx";

const SKELETONS = 3;

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
          <h1>{common.vouchers}</h1>
          <p class="lead">{t.vouchersLead}</p>
        </div>
        <a class="button" href={paths.buyVoucher}><Icon name="add" />{common.buyVoucher}</a>
      </div>
      <section aria-label={t.yourVouchers}>
        <Loaded query={query} waiting={<Skeletons />} what={t.theseVouchers}>
          {(known) => {
            const vouchers = all(known, ({ voucherId }) => voucherId);
            if (vouchers.length === 0) {
              return <Notice heading={t.none} detail={t.noneYet} icon={<MoreIcon name="voucher" />} />;
            }
            return (
              <MoreOf query={query} items={vouchers} idOf={({ voucherId }) => voucherId} more={t.moreVouchers} list="cards">
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
          <span class="price-amount">{money(amount, currency)}</span>{" "}
          <span class="card-recipient">{t.cardFor({ email: recipientEmail })}</span>
        </a>
      </h2>
      <p class="hint">{t.bought({ moment: moment(createdAt, "medium"), time: (words) => <time dateTime={createdAt}>{words}</time> })}</p>
      <Progress status={status} />
    </li>
  );
}

function Skeletons() {
  return (
    <>
      <p class="visually-hidden" role="status">{t.loading}</p>
      <ul class="cards" role="list" aria-hidden>
        {Array.from({ length: SKELETONS }, (_, index) => (
          <li key={index} class="card card-voucher"><Bone size="price" /><Bone size="name" /><Bone size="line" /><Bone size="line" /></li>
        ))}
      </ul>
    </>
  );
}
