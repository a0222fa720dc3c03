import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import type { VoucherDraft } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { useVouchers } from "../ui/member.ts";
import { SessionExpired } from "../auth/person.ts";
import { amountOf, amountProblem, amountRange, typed as asTyped } from "../amounts.ts";
import { money } from "../formats.ts";
import { shortMoney } from "../more-formats.ts";
import { paths } from "../places.ts";
import { OpenPurchase, type Purchase } from "../purchase.ts";
import type { Page } from "../router.ts";
import { tabStorage } from "../storage.ts";
import * as t from "../.texts/vouchers.ts";
import * as common from "../.texts/visitor.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { fieldProblems, found, ofWhole, sentence, type Problems } from "../ui/problems.ts";

const SUGGESTED = ["10.00", "25.00", "50.00", "100.00"];

type State =
  | { readonly kind: "form"; readonly draft?: VoucherDraft; readonly movesFocus?: boolean }
  | { readonly kind: "unanswered"; readonly purchase: Purchase; readonly reason?: unknown }
  | { readonly kind: "refused"; readonly draft: VoucherDraft; readonly error: unknown };

/** A form for a voucher, a question before paying, and what to do when no answer came. */
export function BuyVoucher({ page }: { readonly page: Page }) {
  const { session, router, notices } = useApp();
  const vouchers = useVouchers();
  const [buyer] = useState(session.person?.email ?? "");
  const [open] = useState(() => new OpenPurchase(tabStorage()));
  const [state, setState] = useState<State>(() => {
    const purchase = open.of(buyer);
    return purchase ? { kind: "unanswered", purchase: open.leave(purchase) } : { kind: "form" };
  });
  const [confirm, dialog] = useConfirm();

  /** Send a purchase, for the first time or again; throws what kept it from being answered or accepted. */
  const send = async (purchase: Purchase) => {
    const { voucherId } = await vouchers.buy(purchase.draft, purchase.key);
    open.close(purchase);
    if (!page.left.aborted) router.go(paths.voucher(voucherId), { replace: true });
    notices.notify(t.youPaid({ price: priceOf(purchase.draft) }));
  };
  /** What to show after an error: a refusal's own words by `refused`, or that nobody knows. */
  const after = <T,>(error: unknown, purchase: Purchase, refused: () => T): T | void => {
    if (error instanceof SessionExpired) return signIn();
    if (isRefusal(error, purchase)) {
      open.close(purchase);
      return refused();
    }
    setState({ kind: "unanswered", purchase: open.leave(purchase), reason: error });
  };
  const signIn = () => router.go(paths.signIn(page.path, { expired: true }), { replace: true });

  const pay = async (draft: VoucherDraft): Promise<Problems | void> => {
    const begun: { purchase?: Purchase } = {};
    try {
      await confirm({
        heading: t.payQuestion({ price: priceOf(draft) }),
        detail: t.payDetail({ email: draft.recipientEmail }),
        agree: t.pay({ price: priceOf(draft) }),
        busy: t.paying,
        style: "button-main",
        action: () => send((begun.purchase ??= open.open(buyer, draft))),
        inWords: () => undefined,
      });
    } catch (error) {
      if (!begun.purchase) throw error;
      return after(error, begun.purchase, () =>
        fieldProblems(error, ["amount", "recipientEmail"], titleOf) ?? ofWhole(refusal(error)));
    }
  };
  const retry = async (purchase: Purchase) => {
    try {
      await send(purchase);
    } catch (error) {
      if (!page.left.aborted) after(error, purchase, () => setState({ kind: "refused", draft: purchase.draft, error }));
    }
  };
  return (
    <div class="narrow">
      <a class="back" href={paths.vouchers}><Icon name="back" />{t.allVouchers}</a>
      <h1>{common.buyVoucher}</h1>
      <p class="lead">{t.buyLead}</p>
      <div class="panel">
        {state.kind === "form" && <VoucherForm {...state} pay={pay} />}
        {state.kind === "unanswered" && (
          <Unanswered {...state} retry={() => retry(state.purchase)} other={() => {
            open.close(state.purchase);
            setState({ kind: "form", movesFocus: true });
          }} />
        )}
        {state.kind === "refused" && <Refused {...state} back={() => setState({ kind: "form", draft: state.draft, movesFocus: true })} />}
      </div>
      {dialog}
    </div>
  );
}

function VoucherForm({ draft, movesFocus = false, pay }: {
  readonly draft?: VoucherDraft;
  readonly movesFocus?: boolean;
  readonly pay: (draft: VoucherDraft) => Promise<Problems | void>;
}) {
  const form = useForm({ amount: asTyped(draft?.amount ?? ""), recipientEmail: draft?.recipientEmail ?? "" }, async ({ amount, recipientEmail }) => {
    const email = recipientEmail.trim();
    const wrong = found({
      amount: amountProblem(amount),
      recipientEmail: /^\S+@\S+$/.test(email) ? undefined : t.recipientProblem,
    });
    return wrong ?? pay({ amount: amountOf(amount), currency: "GBP", recipientEmail: email });
  });
  const amount = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (movesFocus) amount.current?.focus();
  }, []);
  const typed = form.values.amount;
  const chosen = amountProblem(typed) ? "" : amountOf(typed);
  const chips = (
    <div class="chips" role="group" aria-label={t.suggested}>
      {SUGGESTED.map((suggested) => (
        <button key={suggested} type="button" class="chip" aria-pressed={suggested === chosen} onClick={() => form.set({ amount: asTyped(suggested) })}>
          {shortMoney(suggested, "GBP")}
        </button>
      ))}
    </div>
  );
  return (
    <Form form={form} submit={t.goOn} busy={t.moment} extra={<a class="button button-plain" href={paths.vouchers}>{t.cancel}</a>}>
      <Field form={form} name="amount" label={t.amount} hint={t.amountHint(amountRange())} beside={chips}>
        {(bound) => <input {...bound} type="text" inputMode="decimal" autocomplete="off" required ref={amount} />}
      </Field>
      <Field form={form} name="recipientEmail" id="recipient" label={t.recipient} hint={t.recipientHint}>
        {(bound) => <input {...bound} type="email" autocomplete="off" spellcheck={false} required />}
      </Field>
    </Form>
  );
}

function Unanswered({ purchase: { draft }, reason, retry, other }: {
  readonly purchase: Purchase;
  readonly reason?: unknown;
  readonly retry: () => Promise<void>;
  readonly other: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (reason !== undefined) heading.current?.focus();
  }, [reason]);
  const askAgain = async () => {
    if (isAsking) return;
    setAsking(true);
    await retry();
    setAsking(false);
  };
  return (
    <div class="outcome">
      <h2 tabindex={-1} ref={heading}>{headingOf(reason)}</h2>
      <p>{t.itIs({ price: priceOf(draft), email: draft.recipientEmail, detail: detailOf(reason) })}</p>
      <p>{t.safe}</p>
      <div class="actions">
        <button type="button" class="button" aria-disabled={isAsking || undefined} onClick={() => void askAgain()}>{isAsking ? t.asking : common.tryAgain}</button>
        <button type="button" class="button button-plain" onClick={() => isAsking || other()}>{t.buyAnother}</button>
      </div>
      <p class="hint">{t.appears({ link: (words) => <a href={paths.vouchers}>{words}</a> })}</p>
    </div>
  );
}

function Refused({ error, back }: { readonly error: unknown; readonly back: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <div class="outcome">
      <h2 tabindex={-1} ref={heading}>{t.notPaid}</h2>
      <p>{refusal(error)}</p>
      <div class="actions"><button type="button" class="button" onClick={back}>{t.backToForm}</button></div>
    </div>
  );
}

/**
 * Whether this says that nothing was paid and nothing will be. Everything else leaves it open, even
 * a 429 or a 403 from in front of the API. Where an earlier try went unanswered, which may have been
 * paid, only the payment's own no says so.
 */
function isRefusal(error: unknown, { isUnanswered }: Purchase): boolean {
  return error instanceof ApiError && error.isProblem && (isUnanswered ? [402] : [400, 402, 413, 422]).includes(error.status);
}

function titleOf(name: string): string {
  const titles: Readonly<Record<string, string>> = { amount: t.ofAmount, currency: t.ofCurrency, recipientEmail: t.ofEmail };
  return titles[name] ?? name;
}

function priceOf({ amount, currency }: VoucherDraft): string {
  return money(amount, currency);
}

function refusal(error: unknown): string {
  const { status, message } = error as ApiError;
  if (status === 402) return t.declined;
  return t.notAccepted({ reason: sentence(message) }) + reference(error);
}

function headingOf(reason: unknown): string {
  if (reason === undefined) return t.begun;
  return reason instanceof ApiError && reason.status === 409
    ? t.processing
    : t.unknown;
}

function detailOf(reason: unknown): string {
  if (reason === undefined) return t.leftBefore;
  if (reason instanceof Unreachable) {
    return navigator.onLine
      ? t.noAnswer + reference(reason)
      : t.offline;
  }
  if (reason instanceof ApiError && reason.status === 429) {
    return t.notTaken({ pause: pause(reason) }) + reference(reason);
  }
  const status = reason instanceof ApiError ? reason.status : undefined;
  if (status === 409) return t.waitMinute;
  return t.unclear + reference(reason);
}
