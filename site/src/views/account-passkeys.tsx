import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { Passkey } from "../auth/passkeys.ts";
import { AccountError } from "../auth/person.ts";
import { attempt } from "../ui/account-form.tsx";
import { useConfirm } from "../ui/confirm.tsx";
import { canUsePasskeys, passkeysOf } from "./passkey-support.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

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
      notices.notify("Your passkey was added: you can sign in with it from now on.");
      setPasskeys(await list());
    });
    setAdding(false);
  };
  const remove = async ({ id }: Passkey) => {
    const isGone = await confirm({
      heading: "Delete this passkey?",
      detail: "Nobody signs in with it any more. Your device may go on showing it: delete it there too.",
      agree: "Delete",
      busy: "Deleting…",
      action: async () => (await passkeysOf(session)).remove(id),
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isGone) return;
    setPasskeys((known) => known?.filter((one) => one.id !== id));
    notices.notify("Your passkey was deleted.");
  };
  return (
    <section class="panel" aria-labelledby="passkeys-heading">
      <h2 id="passkeys-heading">Passkeys</h2>
      <p>Sign in with your fingerprint, your face or the PIN of your device instead of your password.</p>
      {passkeys === undefined ? !problem && <p role="status">Asking…</p>
        : passkeys.length === 0 ? <p class="hint">You have none yet.</p>
        : (
          <ul class="passkeys" role="list">
            {passkeys.map((passkey) => (
              <li key={passkey.id} class="user">
                <div class="user-name">
                  <span class="user-email">{passkey.name || "Passkey"}</span>
                  {passkey.addedAt && <span class="hint">Added on <time dateTime={passkey.addedAt.toISOString()}>{dates.format(passkey.addedAt)}</time></span>}
                </div>
                <button type="button" class="button button-plain button-warn" onClick={() => void remove(passkey)}>Delete<span class="visually-hidden"> this passkey</span></button>
              </li>
            ))}
          </ul>
        )}
      <div class="actions">
        {canUsePasskeys()
          ? <button type="button" class="button button-plain" aria-disabled={isAdding || undefined} onClick={() => void add()}>{isAdding ? "Your browser asks you…" : "Add a passkey"}</button>
          : <p class="hint">This browser cannot make passkeys.</p>}
        {passkeys === undefined && problem && <button type="button" class="button button-plain" onClick={() => void read()}>Try again</button>}
      </div>
      <p class="problem" role="alert">{problem}</p>
      {dialog}
    </section>
  );
}
