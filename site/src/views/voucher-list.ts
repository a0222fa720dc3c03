import type { Voucher, Vouchers } from "../api/vouchers.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { formatPrice } from "../money.ts";
import type { Page, Redirect, View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { progress } from "../ui/progress.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { orSignIn, unlessSignedIn } from "./guard.ts";

const SKELETONS = 3;

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** The vouchers somebody has bought, newest first. */
export function voucherListView(app: App, vouchers: Vouchers, page: Page): View | Redirect {
  const refused = unlessSignedIn(app, page);
  if (refused) return refused;
  const region = h("section", { "aria-label": "Your vouchers" });
  const read = () => orSignIn(app, page, () => vouchers.list(page.left));
  const { known } = vouchers;
  const showAll = () => region.replaceChildren(...listing(app, vouchers, page));
  const refresh = async () => {
    const before = vouchers.known;
    if (!before) return;
    const fresh = await read();
    if (!page.left.aborted && !isSame(fresh, before)) showAll();
  };
  // What is shown may have aged; a failure to refresh it is no reason to take it away.
  const tryRefresh = () => void refresh().catch(() => undefined);
  if (known) {
    showAll();
    tryRefresh();
  } else {
    void showWhenRead(region, {
      read,
      waiting: skeletons,
      show: () => listing(app, vouchers, page),
      what: "your vouchers",
      left: page.left,
    });
  }
  app.live.onOpen(tryRefresh, page.left);
  vouchers.onChange((voucher) => {
    const steps = region.querySelector(`[data-voucher="${CSS.escape(voucher.voucherId)}"] .steps`);
    if (steps) steps.replaceWith(progress(voucher.status));
    else if (vouchers.known) showAll();
  }, page.left);
  return {
    title: "Vouchers",
    element: h("div", {},
      h("div", { class: "page-head" },
        h("div", {},
          h("h1", {}, "Vouchers"),
          h("p", { class: "lead" }, "Prepaid energy to give away: we mail it as a PDF."),
        ),
        h("a", { class: "button", href: paths.buyVoucher }, icon("add"), "Buy a voucher"),
      ),
      region,
    ),
  };
}

function listing(app: App, vouchers: Vouchers, page: Page): readonly Node[] {
  const known = vouchers.known ?? [];
  if (known.length === 0) {
    return [
      notice({ heading: "No vouchers yet", detail: "The vouchers you buy are listed here, with how far they have come." }, "voucher"),
    ];
  }
  const list = h("ul", { class: "cards", role: "list" }, known.map(card));
  const more = h("div", { class: "actions actions-center" });
  const continueListing = () => {
    void showWhenRead(more, {
      read: () => orSignIn(app, page, () => vouchers.listMore(page.left)),
      waiting: () => [h("p", { role: "status" }, "Loading more vouchers…")],
      show: (all) => {
        list.append(...all.slice(list.children.length).map(card));
        return moreButton();
      },
      what: "more vouchers",
      left: page.left,
    });
  };
  const moreButton = () =>
    vouchers.hasMore
      ? [h("button", { type: "button", class: "button button-plain", on: { click: continueListing } }, "Show more")]
      : [];
  more.replaceChildren(...moreButton());
  return [list, more];
}

function card({ voucherId, amount, currency, recipientEmail, status, createdAt }: Voucher): HTMLElement {
  return h("li", { class: "card card-voucher", "data-voucher": voucherId },
    h("h2", { class: "card-name" },
      h("a", { href: paths.voucher(voucherId) },
        h("span", { class: "price-amount" }, formatPrice(amount, currency)), " ",
        h("span", { class: "card-recipient" }, "for ", recipientEmail),
      ),
    ),
    h("p", { class: "hint" }, "Bought ", h("time", { datetime: createdAt }, dates.format(new Date(createdAt)))),
    progress(status),
  );
}

function skeletons(): readonly Node[] {
  const bar = (size: string) => h("span", { class: `bone bone-${size}` });
  return [
    h("p", { class: "visually-hidden", role: "status" }, "Loading your vouchers…"),
    h("ul", { class: "cards", role: "list", "aria-hidden": true },
      Array.from({ length: SKELETONS }, () =>
        h("li", { class: "card card-voucher" }, bar("price"), bar("name"), bar("line"), bar("line")),
      ),
    ),
  ];
}

function isSame(one: readonly Voucher[], other: readonly Voucher[]): boolean {
  // An address of the PDF is a new one each time.
  const shown = (vouchers: readonly Voucher[]) => JSON.stringify(vouchers.map(({ pdfUrl: _, ...rest }) => rest));
  return shown(one) === shown(other);
}
