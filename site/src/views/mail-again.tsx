import { useRef, useState } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import { hasReached, type Voucher } from "../api/vouchers.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/vouchers.ts";
import { useVouchers } from "../ui/member.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useOrSignIn } from "./or-sign-in.ts";

/** Has a voucher mailed once more, and tells what came of it. */
export function useMailAgain({ voucherId, recipientEmail, ...voucher }: Voucher, page: Page) {
  const vouchers = useVouchers();
  const { notices } = useApp();
  const orSignIn = useOrSignIn(page);
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState("");
  const [problem, setProblem] = useState("");
  /** Of a request without an answer: the next press repeats it, so that it is one mail. */
  const key = useRef<string>(undefined);
  const ask = async () => {
    if (isBusy) return;
    setBusy(true);
    setTold("");
    notices.announce("");
    setProblem("");
    key.current ??= crypto.randomUUID();
    try {
      await orSignIn(() => vouchers.mailAgain(voucherId, key.current ?? ""));
      key.current = undefined;
      const text = t.mailedAgain({ email: recipientEmail });
      setTold(text);
      notices.announce(text);
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) key.current = undefined;
      if (!(error instanceof SessionExpired)) setProblem(inWords(error));
    } finally {
      setBusy(false);
    }
  };
  const button = (
    <button type="button" class="button button-plain" hidden={!hasReached({ voucherId, recipientEmail, ...voucher }, "ISSUED")}
      aria-disabled={isBusy || undefined} onClick={() => void ask()}>
      <MoreIcon name="mail" />{isBusy ? t.asking : t.mailAgain}
    </button>
  );
  const outcome = (
    <div class="pdf-problem">
      <p>{told}</p>
      <p class="problem" role="alert">{problem}</p>
    </div>
  );
  return { button, outcome };
}

function inWords(error: unknown): string {
  if (error instanceof Unreachable) {
    return t.mailUnknown + reference(error);
  }
  if (!(error instanceof ApiError)) {
    console.error(error);
    return t.mailBroken;
  }
  if (error.status === 429) return t.mailTooOften({ pause: pause(error) }) + reference(error);
  if (error.status === 409) return t.mailNothing + reference(error);
  return t.mailFailed + reference(error);
}
