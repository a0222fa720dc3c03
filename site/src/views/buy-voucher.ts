import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import type { VoucherDraft, Vouchers } from "../api/vouchers.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { SessionExpired } from "../auth/person.ts";
import { amountOf, amountProblem, formatPrice } from "../money.ts";
import { OpenPurchase, type Purchase } from "../purchase.ts";
import type { Page, Redirect, View } from "../router.ts";
import { tabStorage } from "../storage.ts";
import { confirmAndRun } from "../ui/confirm.ts";
import { h } from "../ui/dom.ts";
import { field, fieldProblems, form, hasProblems, type Field, type Problems } from "../ui/form.ts";
import { icon } from "../ui/icons.ts";
import { unlessSignedIn } from "./guard.ts";

const SUGGESTED = ["10.00", "25.00", "50.00", "100.00"];

const TITLES: Readonly<Record<string, string>> = {
  amount: "The amount",
  currency: "The currency",
  recipientEmail: "The e-mail address",
};

/** A form for a voucher, a question before paying, and what to do when no answer came. */
export function buyVoucherView(app: App, vouchers: Vouchers, page: Page): View | Redirect {
  const refused = unlessSignedIn(app, page);
  if (refused) return refused;
  const buyer = app.session.person?.email ?? "";
  const open = new OpenPurchase(tabStorage());
  const panel = h("div", { class: "panel" });

  /** Send a purchase, for the first time or again; throws what kept it from being answered or accepted. */
  const send = async (purchase: Purchase) => {
    try {
      const { voucherId } = await vouchers.buy(purchase.draft, purchase.key);
      open.close(purchase);
      if (!page.left.aborted) app.router.go(paths.voucher(voucherId), { replace: true });
      app.shell.notify(`You paid ${priceOf(purchase.draft)} for a voucher.`);
    } catch (error) {
      if (isAnswer(error)) open.close(purchase);
      throw error;
    }
  };
  const signIn = () => app.router.go(paths.signIn(page.path, { expired: true }), { replace: true });

  const showForm = (draft?: VoucherDraft) => {
    panel.replaceChildren(
      voucherForm(draft, async (typed, fields) => {
        let begun: Purchase | undefined;
        try {
          await confirmAndRun({
            heading: `Pay ${priceOf(typed)}?`,
            detail: `That is all you pay. We mail the voucher to ${typed.recipientEmail} as a PDF.`,
            agree: `Pay ${priceOf(typed)}`,
            busy: "Paying…",
            style: "button-main",
            action: () => send((begun ??= open.open(buyer, typed))),
            inWords: (error) => {
              throw error;
            },
            left: page.left,
          });
        } catch (error) {
          if (error instanceof SessionExpired) return signIn();
          const purchase = open.of(buyer);
          if (purchase) return showUnanswered(purchase, error);
          return fieldProblems(error, fields, (name) => TITLES[name] ?? name) ?? { fields: new Map(), whole: [refusal(error)] };
        }
      }),
    );
  };

  const showUnanswered = (purchase: Purchase, reason?: unknown) => {
    const { draft } = purchase;
    const again = h("button", { type: "button", class: "button" }, "Try again");
    const other = h("button", { type: "button", class: "button button-plain" }, "Buy another voucher");
    const heading = h("h2", { tabindex: -1 }, headingOf(reason));
    let asking = false;
    const retry = async () => {
      if (asking) return;
      asking = true;
      again.textContent = "Asking…";
      again.setAttribute("aria-disabled", "true");
      try {
        await send(purchase);
      } catch (error) {
        if (page.left.aborted) return;
        if (error instanceof SessionExpired) return signIn();
        if (open.of(buyer)) return showUnanswered(purchase, error);
        showRefused(draft, error);
      }
    };
    again.addEventListener("click", () => void retry());
    other.addEventListener("click", () => {
      if (asking) return;
      open.close(purchase);
      showForm();
      panel.querySelector("input")?.focus();
    });
    panel.replaceChildren(
      h("div", { class: "outcome" },
        heading,
        h("p", {}, `It is a voucher of ${priceOf(draft)} for ${draft.recipientEmail}. `, detailOf(reason)),
        h("p", {}, "Trying again is safe: it is the same purchase, and you pay for it once."),
        h("div", { class: "actions" }, again, other),
        h("p", { class: "hint" }, "If it was paid, the voucher appears under ", h("a", { href: paths.vouchers }, "Vouchers"), " in any case."),
      ),
    );
    if (reason !== undefined) heading.focus();
  };

  const showRefused = (draft: VoucherDraft, error: unknown) => {
    const heading = h("h2", { tabindex: -1 }, "You have not paid");
    const back = h("button", { type: "button", class: "button", on: { click: () => {
      showForm(draft);
      panel.querySelector("input")?.focus();
    } } }, "Back to the form");
    panel.replaceChildren(h("div", { class: "outcome" }, heading, h("p", {}, refusal(error)), h("div", { class: "actions" }, back)));
    heading.focus();
  };

  const unanswered = open.of(buyer);
  if (unanswered) showUnanswered(unanswered);
  else showForm();
  return {
    title: "Buy a voucher",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.vouchers }, icon("back"), "All vouchers"),
      h("h1", {}, "Buy a voucher"),
      h("p", { class: "lead" }, "Prepaid energy for somebody you like. They get it by e-mail, as a PDF with a code."),
      panel,
    ),
  };
}

function voucherForm(
  draft: VoucherDraft | undefined,
  confirm: (draft: VoucherDraft, fields: readonly Field[]) => Promise<Problems | void>,
): HTMLFormElement {
  const input = h("input", { id: "amount", name: "amount", type: "text", inputmode: "decimal", autocomplete: "off", required: true });
  const chips = SUGGESTED.map((suggested) => {
    const choose = () => {
      input.value = suggested;
      showChosen();
    };
    return h("button", { type: "button", class: "chip", on: { click: choose } }, formatPrice(suggested, "GBP").replace(".00", ""));
  });
  const showChosen = () => {
    const typed = amountProblem(input.value) ? "" : amountOf(input.value);
    for (const [index, chip] of chips.entries()) chip.setAttribute("aria-pressed", String(SUGGESTED[index] === typed));
  };
  input.addEventListener("input", showChosen);
  const amount = field(input, {
    label: "Amount in pounds",
    hint: "From £1 to £500.",
    beside: h("div", { class: "chips", role: "group", "aria-label": "Suggested amounts" }, chips),
  });
  const recipient = field(
    h("input", { id: "recipient", name: "recipientEmail", type: "email", autocomplete: "off", autocapitalize: "none", spellcheck: "false", required: true }),
    { label: "E-mail address of the recipient", hint: "Where we mail the voucher. It may be your own." },
  );
  input.value = draft?.amount ?? "";
  recipient.control.value = draft?.recipientEmail ?? "";
  showChosen();

  return form({
    fields: [amount, recipient],
    submit: "Continue",
    busy: "One moment…",
    extra: h("a", { class: "button button-plain", href: paths.vouchers }, "Cancel"),
    send: async () => {
      const found = new Map<string, string>();
      const wrong = amountProblem(input.value);
      if (wrong) found.set("amount", wrong);
      const email = recipient.control.value.trim();
      if (!/^\S+@\S+$/.test(email)) found.set("recipientEmail", "Enter the e-mail address of the recipient, like name@example.com.");
      const problems: Problems = { fields: found, whole: [] };
      if (hasProblems(problems)) return problems;
      return confirm({ amount: amountOf(input.value), currency: "GBP", recipientEmail: email }, [amount, recipient]);
    },
  });
}

/**
 * Whether this says that nothing was paid and nothing will be. Everything else leaves it open, even
 * a 429 or a 403 from in front of the API: an earlier try of the same purchase may have been paid.
 */
function isAnswer(error: unknown): boolean {
  return error instanceof ApiError && [400, 402, 413, 422].includes(error.status);
}

function priceOf({ amount, currency }: VoucherDraft): string {
  return formatPrice(amount, currency);
}

function refusal(error: unknown): string {
  const { status, message } = error as ApiError;
  if (status === 402) return "Your payment was declined, and nothing was taken. Try again, or ask your bank.";
  return `The purchase was not accepted, and nothing was taken: ${message}.`.replace(/\.\.$/, ".") + reference(error);
}

function headingOf(reason: unknown): string {
  if (reason === undefined) return "You have begun a purchase";
  return reason instanceof ApiError && reason.status === 409
    ? "Your payment is still being processed"
    : "We do not know yet whether you have paid";
}

function detailOf(reason: unknown): string {
  if (reason === undefined) return "This page was left before the answer came, so the payment may or may not have been taken.";
  if (reason instanceof Unreachable) {
    return navigator.onLine
      ? "Our service gave no answer, so the payment may or may not have been taken."
      : "You are offline, so the payment may or may not have been taken. Try again when your connection is back.";
  }
  if (reason instanceof ApiError && reason.status === 429) {
    return `Our service did not take it this time. ${pause(reason)}${reference(reason)}`;
  }
  const status = reason instanceof ApiError ? reason.status : undefined;
  if (status === 409) return "That can take a minute. Wait a few seconds, then try again.";
  return `The payment service gave no clear answer, so the payment may or may not have been taken.${reference(reason)}`;
}
