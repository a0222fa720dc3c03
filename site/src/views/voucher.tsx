import type { ComponentChild, ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { hasReached, isOver, type Status, type Voucher as Bought } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { useMember, useVouchers } from "../ui/member.ts";
import { formatPrice } from "../money.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { Icon } from "../ui/icons.tsx";
import { useLazy } from "../ui/lazy.ts";
import { Progress } from "../ui/progress.tsx";
import { useQuery } from "../ui/query.ts";
import { Bone, Loaded, Notice } from "../ui/states.tsx";
import { useMailAgain } from "./mail-again.tsx";
import { useOrSignIn } from "./or-sign-in.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

/** Where nobody tells, the page asks: less and less often. */
const FIRST_MS = 1_000;
const LONGEST_MS = 20_000;
const FACTOR = 1.5;

const NEWS: Readonly<Record<Status, (voucher: Bought) => string>> = {
  PAID: () => "Your payment has arrived. We are making the voucher; this page follows by itself.",
  ISSUED: ({ recipientEmail }) => `The voucher is ready and on its way to ${recipientEmail}.`,
  MAILED: ({ recipientEmail }) => `The voucher was mailed to ${recipientEmail}.`,
  FAILED: ({ reason }) => reason ?? "The voucher came to nothing. No money was kept.",
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
  const title = data && `Voucher of ${formatPrice(data.amount, data.currency)}`;
  useEffect(() => router.setTitle(title ?? "Voucher"), [title]);
  const isUnknown = query.error instanceof ApiError && [400, 404].includes(query.error.status);
  return (
    <div class="narrow">
      <a class="back" href={paths.vouchers}><Icon name="back" />All vouchers</a>
      <article class="voucher">
        {!isUnknown && (data ?? !query.error) && (
          <>
            <h1>{title ?? <><span class="visually-hidden">Loading the voucher</span><Bone size="name" /></>}</h1>
            <p class="lead" aria-hidden={!data || undefined}>{data ? <>For {data.recipientEmail}</> : <Bone size="line" />}</p>
          </>
        )}
        <Loaded query={query} what="this voucher" level={1}
          waiting={<div class="panel" aria-hidden><Bone size="price" /><Bone size="line" /><Bone size="line" /></div>}
          onError={() => isUnknown && (
            <Notice heading="We could not find this voucher" level={1} icon="search"
              detail="The address may be mistyped, or the voucher belongs to another account." />
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
          <button type="button" class="button button-plain" hidden={!isPaid} aria-expanded={wantsReceipt} onClick={() => setWantsReceipt(!wantsReceipt)}>Receipt</button>
        </Pdf>
        {mail.outcome}
        <p class="hint">Bought <time dateTime={voucher.createdAt}>{dates.format(new Date(voucher.createdAt))}</time></p>
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
      tab.document.title = "Your voucher";
      tab.document.body.append("Opening your voucher…");
    }
    try {
      const { pdfUrl } = await orSignIn(() => vouchers.get(voucher.voucherId, page.left));
      if (!pdfUrl || !/^https?:\/\//.test(pdfUrl)) throw new TypeError("the vouchers API answered an issued voucher without the address of its PDF");
      if (tab) tab.location.replace(pdfUrl);
      else setProblem(<a href={pdfUrl} target="_blank" rel="noopener noreferrer">Your browser blocked the new tab. Open the PDF from here.</a>);
    } catch (error) {
      tab?.close();
      if (page.left.aborted) return;
      if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
      setProblem(<p class="problem">The PDF could not be opened. Check your connection and try again in a moment.</p>);
    }
  };
  return (
    <>
      <div class="actions">
        <button type="button" class="button" hidden={!hasReached(voucher, "ISSUED")} onClick={() => void open()}>
          <Icon name="open" /><span>Open the PDF<span class="visually-hidden"> in a new tab</span></span>
        </button>
        {children}
      </div>
      <div class="pdf-problem" role="alert">{problem}</div>
    </>
  );
}
