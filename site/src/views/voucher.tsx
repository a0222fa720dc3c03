import type { ComponentChild, ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { hasReached, isOver, type Status, type Voucher as Bought } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { useMember, useVouchers } from "../ui/member.ts";
import { moment, money } from "../formats.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/vouchers.ts";
import * as common from "../.texts/visitor.ts";
import { Icon } from "../ui/icons.tsx";
import { useLazy } from "../ui/lazy.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { Progress } from "../ui/progress.tsx";
import { useQuery } from "../ui/query.ts";
import { Bone, Loaded, Notice } from "../ui/states.tsx";
import { useMailAgain } from "./mail-again.tsx";
import { useOrSignIn } from "./or-sign-in.ts";

/** Where nobody tells, the page asks: less and less often. */
const FIRST_MS = 1_000;
const LONGEST_MS = 20_000;
const FACTOR = 1.5;

const NEWS: Readonly<Record<Status, (voucher: Bought) => string>> = {
  PAID: () => t.newsPaid,
  ISSUED: ({ recipientEmail }) => t.newsIssued({ email: recipientEmail }),
  MAILED: ({ recipientEmail }) => t.newsMailed({ email: recipientEmail }),
  FAILED: ({ reason }) => reason ?? t.newsFailed,
};

/** One voucher; follows it until it is mailed, or came to nothing. */
export function Voucher({ voucherId, page }: { readonly voucherId: string; readonly page: Page }) {
  const { router } = useApp();
  const { live } = useMember();
  const vouchers = useVouchers();
  const isTold = live.tells.value;
  const mayChange = ({ state: { data } }: { readonly state: { readonly data: Bought | undefined } }) => !data || !isOver(data);
  const query = useQuery({
    ...vouchers.voucher(voucherId),
    refetchInterval: (asked) =>
      !isTold && mayChange(asked) && Math.min(FIRST_MS * FACTOR ** (asked.state.dataUpdateCount + asked.state.errorUpdateCount), LONGEST_MS),
    refetchOnWindowFocus: (asked) => !isTold && mayChange(asked),
    refetchOnMount: mayChange,
    refetchOnReconnect: mayChange,
  });
  const { data } = query;
  // What was missed while nobody told.
  useEffect(() => {
    if (isTold && data && !isOver(data) && !query.isFetching) void query.refetch();
  }, [isTold]);
  const title = data && t.voucherOf({ price: money(data.amount, data.currency) });
  useEffect(() => router.setTitle(title ?? (() => common.voucher)), [title]);
  const isUnknown = query.error instanceof ApiError && [400, 404].includes(query.error.status);
  return (
    <div class="narrow">
      <a class="back" href={paths.vouchers}><Icon name="back" />{t.allVouchers}</a>
      <article class="voucher">
        {!isUnknown && (data ?? !query.error) && (
          <>
            <h1>{title ?? <><span class="visually-hidden">{t.loadingVoucher}</span><Bone size="name" /></>}</h1>
            <p class="lead" aria-hidden={!data || undefined}>{data ? t.forWhom({ email: data.recipientEmail }) : <Bone size="line" />}</p>
          </>
        )}
        <Loaded query={query} what={t.thisVoucher} level={1}
          waiting={<div class="panel" aria-hidden><Bone size="price" /><Bone size="line" /><Bone size="line" /></div>}
          onError={() => isUnknown && (
            <Notice heading={t.notFound} level={1} icon="search"
              detail={t.notFoundWhy} />
          )}>
          {(voucher) => <Details key={voucherId} voucher={voucher} page={page} />}
        </Loaded>
      </article>
    </div>
  );
}

function Details({ voucher, page }: { readonly voucher: Bought; readonly page: Page }) {
  const mail = useMailAgain(voucher, page);
  const [wantsReceipt, setWantsReceipt] = useState(false);
  const receipt = useLazy(wantsReceipt && (() => import("./receipt.tsx")));
  const isPaid = hasReached(voucher, "PAID");
  return (
    <>
      <div class="panel">
        <Progress status={voucher.status} />
        <p class="news" role="status">{NEWS[voucher.status]?.(voucher)}</p>
        <Pdf voucher={voucher} page={page}>
          {mail.button}
          <button type="button" class="button button-plain" hidden={!isPaid} aria-expanded={wantsReceipt} onClick={() => setWantsReceipt(!wantsReceipt)}>{t.receipt}</button>
        </Pdf>
        {mail.outcome}
        <p class="hint">{t.bought({ moment: moment(voucher.createdAt), time: (words) => <time dateTime={voucher.createdAt}>{words}</time> })}</p>
      </div>
      {isPaid && receipt && <receipt.Receipt voucher={voucher} />}
    </>
  );
}

/** Shows the PDF in a new tab; its address holds for minutes only, so it is asked for then. */
function Pdf({ voucher, page, children }: { readonly voucher: Bought; readonly page: Page; readonly children: ComponentChildren }) {
  const vouchers = useVouchers();
  const orSignIn = useOrSignIn(page);
  const [problem, setProblem] = useState<ComponentChild>();
  const open = async () => {
    setProblem(undefined);
    // Opened before the answer is waited for: afterwards browsers take it for a pop-up and block it.
    const tab = window.open("", "_blank");
    if (tab) {
      tab.opener = null;
      tab.document.title = t.pdfTitle;
      tab.document.body.append(t.pdfOpening);
    }
    try {
      const { pdfUrl } = await orSignIn(() => vouchers.get(voucher.voucherId, page.left));
      if (!pdfUrl || !/^https?:\/\//.test(pdfUrl)) throw new TypeError("the vouchers API answered an issued voucher without the address of its PDF");
      if (tab) tab.location.replace(pdfUrl);
      else setProblem(<a href={pdfUrl} target="_blank" rel="noopener noreferrer">{t.pdfBlocked}</a>);
    } catch (error) {
      tab?.close();
      if (page.left.aborted) return;
      if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
      setProblem(<p class="problem">{t.pdfFailed}</p>);
    }
  };
  return (
    <>
      <div class="actions">
        <button type="button" class="button" hidden={!hasReached(voucher, "ISSUED")} onClick={() => void open()}>
          <MoreIcon name="open" /><span>{t.openPdf({ hidden: (words) => <span class="visually-hidden">{words}</span> })}</span>
        </button>
        {children}
      </div>
      <div class="pdf-problem" role="alert">{problem}</div>
    </>
  );
}
