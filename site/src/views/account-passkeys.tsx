import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { Passkey } from "../auth/passkeys.ts";
import { AccountError } from "../auth/person.ts";
import { day } from "../more-formats.ts";
import * as t from "../.texts/passkeys.ts";
import { attempt } from "../ui/account-form.tsx";
import { useConfirm } from "../ui/confirm.tsx";
import { canUsePasskeys, passkeysOf } from "./passkey-support.ts";

/** The passkeys of the account: added, listed and deleted. */
export function Passkeys() {
  const { session, notices } = useApp();
  const [passkeys, setPasskeys] = useState<readonly Passkey[]>();
  const [problem, setProblem] = useState("");
  const [isAdding, setAdding] = useState(false);
  const [confirm, dialog] = useConfirm();
  const orSay = async (action: () => Promise<void>) => {
    setProblem("");
    setProblem((await attempt(action))?.whole[0] ?? "");
  };
  const read = () => orSay(async () => setPasskeys(await (await passkeysOf(session)).list()));
  useEffect(() => void read(), []);
  const add = async () => {
    if (isAdding) return;
    setAdding(true);
    await orSay(async () => {
      const { add, list } = await passkeysOf(session);
      await add();
      notices.notify(t.isAdded);
      setPasskeys(await list());
    });
    setAdding(false);
  };
  const remove = async ({ id }: Passkey) => {
    const isGone = await confirm({
      heading: t.deleteQuestion,
      detail: t.deleteDetail,
      agree: t.agree,
      busy: t.deleting,
      action: async () => (await passkeysOf(session)).remove(id),
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isGone) return;
    setPasskeys((known) => known?.filter((one) => one.id !== id));
    notices.notify(t.isDeleted);
  };
  return (
    <section class="panel" aria-labelledby="passkeys-heading">
      <h2 id="passkeys-heading">{t.heading}</h2>
      <p>{t.lead}</p>
      {passkeys === undefined ? !problem && <p role="status">{t.asking}</p>
        : passkeys.length === 0 ? <p class="hint">{t.none}</p>
        : (
          <ul class="passkeys" role="list">
            {passkeys.map((passkey) => (
              <li key={passkey.id} class="user">
                <div class="user-name">
                  <span class="user-email">{passkey.name || t.passkey}</span>
                  {passkey.addedAt && <span class="hint">{added(passkey.addedAt.toISOString())}</span>}
                </div>
                <button type="button" class="button button-plain button-warn" onClick={() => void remove(passkey)}>{t.remove({ shown: (words) => <span>{words}</span>, hidden: (words) => <span class="visually-hidden">{words}</span> })}</button>
              </li>
            ))}
          </ul>
        )}
      <div class="actions">
        {canUsePasskeys()
          ? <button type="button" class="button button-plain" aria-disabled={isAdding || undefined} onClick={() => void add()}>{isAdding ? t.adding : t.add}</button>
          : <p class="hint">{t.cannot}</p>}
        {passkeys === undefined && problem && <button type="button" class="button button-plain" onClick={() => void read()}>{t.tryAgain}</button>}
      </div>
      <p class="problem" role="alert">{problem}</p>
      {dialog}
    </section>
  );
}

function added(time: string) {
  return t.added({ day: day(time), time: (words) => <time dateTime={time}>{words}</time> });
}
