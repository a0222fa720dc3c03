import { ApiError, Unreachable } from "../api/client.ts";
import { hasReached, isOver, type Status, type Voucher, type Vouchers } from "../api/vouchers.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { formatPrice } from "../money.ts";
import type { Page, Redirect, View } from "../router.ts";
import { fill, h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { askWhileSilent } from "../ui/poll.ts";
import { progress } from "../ui/progress.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { orSignIn, unlessSignedIn } from "./guard.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

const NEWS: Readonly<Record<Status, (voucher: Voucher) => string>> = {
  PAID: () => "Your payment has arrived. We are making the voucher; this page follows by itself.",
  ISSUED: ({ recipientEmail }) => `The voucher is ready and on its way to ${recipientEmail}.`,
  MAILED: ({ recipientEmail }) => `The voucher was mailed to ${recipientEmail}.`,
  FAILED: ({ reason }) => reason ?? "The voucher came to nothing. No money was kept.",
};

/** One voucher; follows it until it is mailed, or came to nothing. */
export function voucherView(app: App, vouchers: Vouchers, page: Page, voucherId: string): View | Redirect {
  const refused = unlessSignedIn(app, page);
  if (refused) return refused;
  const region = h("article", { class: "voucher" });
  const read = () => orSignIn(app, page, () => vouchers.get(voucherId, page.left));
  const known = vouchers.seen(voucherId);
  const show = (first: Voucher) => {
    page.setTitle(`Voucher of ${formatPrice(first.amount, first.currency)}`);
    const { element, update } = details(first, (problem) => void openPdf(read, problem, page.left));
    const follow = async () => {
      const voucher = await read();
      if (!page.left.aborted) update(voucher);
      return isOver(voucher);
    };
    vouchers.onChange((voucher) => {
      if (voucher.voucherId === voucherId) update(voucher);
    }, page.left);
    if (!isOver(first)) {
      askWhileSilent(app.live, follow, page.left);
      if (known) void follow().catch(() => undefined);
    }
    return element;
  };
  if (known) {
    region.replaceChildren(...show(known));
  } else {
    void showWhenRead(region, {
      read,
      waiting: skeleton,
      show,
      onError: unknownVoucher,
      what: "this voucher",
      level: 1,
      left: page.left,
    });
  }
  return {
    title: "Voucher",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.vouchers }, icon("back"), "All vouchers"),
      region,
    ),
  };
}

function details(
  first: Voucher,
  onOpen: (problem: HTMLElement) => void,
): { readonly element: readonly Node[]; readonly update: (voucher: Voucher) => void } {
  const steps = h("div", {});
  const news = h("p", { class: "news", role: "status" });
  const problem = h("div", { class: "pdf-problem", role: "alert" });
  const pdf = h("button", { type: "button", class: "button", on: { click: () => onOpen(problem) } },
    icon("open"), h("span", {}, "Open the PDF", h("span", { class: "visually-hidden" }, " in a new tab")));
  let shown: Status | undefined;

  // Only what changed is drawn again: the rest keeps the focus, and is not read out twice.
  const update = (voucher: Voucher) => {
    if (voucher.status === shown) return;
    shown = voucher.status;
    fill(steps, progress(voucher.status));
    news.textContent = NEWS[voucher.status](voucher);
    pdf.hidden = !hasReached(voucher, "ISSUED");
  };
  update(first);
  return {
    element: [
      h("h1", {}, `Voucher of ${formatPrice(first.amount, first.currency)}`),
      h("p", { class: "lead" }, "For ", first.recipientEmail),
      h("div", { class: "panel" },
        steps,
        news,
        h("div", { class: "actions" }, pdf),
        problem,
        h("p", { class: "hint" }, "Bought ", h("time", { datetime: first.createdAt }, dates.format(new Date(first.createdAt)))),
      ),
    ],
    update,
  };
}

/** Show the PDF in a new tab; its address holds for minutes only, so it is asked for now. */
async function openPdf(read: () => Promise<Voucher>, problem: HTMLElement, left: AbortSignal): Promise<void> {
  fill(problem);
  // Opened before the answer is waited for: afterwards browsers take it for a pop-up and block it.
  const tab = window.open("", "_blank");
  if (tab) {
    tab.opener = null;
    tab.document.title = "Your voucher";
    tab.document.body.append("Opening your voucher…");
  }
  try {
    const { pdfUrl } = await read();
    if (!pdfUrl) throw new TypeError("the vouchers API answered an issued voucher without a pdfUrl");
    if (tab) tab.location.replace(pdfUrl);
    else fill(problem, h("a", { href: pdfUrl, target: "_blank", rel: "noopener noreferrer" }, "Your browser blocked the new tab. Open the PDF from here."));
  } catch (error) {
    tab?.close();
    if (left.aborted) return;
    if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
    fill(problem, h("p", { class: "problem" }, "The PDF could not be opened. Check your connection and try again in a moment."));
  }
}

function unknownVoucher(error: unknown): HTMLElement | undefined {
  if (!(error instanceof ApiError && [400, 404].includes(error.status))) return undefined;
  return notice(
    { heading: "We could not find this voucher", detail: "The address may be mistyped, or the voucher belongs to another account.", level: 1 },
    "search",
  );
}

function skeleton(): readonly Node[] {
  const bar = (size: string) => h("span", { class: `bone bone-${size}` });
  return [
    h("h1", {}, h("span", { class: "visually-hidden" }, "Loading the voucher"), bar("name")),
    h("p", { class: "lead", "aria-hidden": true }, bar("line")),
    h("div", { class: "panel", "aria-hidden": true }, bar("price"), bar("line"), bar("line")),
  ];
}
