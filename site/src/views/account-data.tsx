import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { takeOut } from "../takeout.ts";
import * as t from "../.texts/account.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { useMember } from "../ui/member.ts";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

/** All that is kept of a person, as one file. */
export function Takeout({ page }: { readonly page: Page }) {
  const { config, session, notices } = useApp();
  const orSignIn = useOrSignIn(page);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      const data = await orSignIn(() => takeOut(config, session));
      if (page.left.aborted) return;
      download(`${t.fileName}.json`, data);
      notices.notify(t.dataSaved);
    } catch (error) {
      if (!(error instanceof SessionExpired)) setProblem(t.dataFailed({ why: writeProblem(error, t.yourAccount) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel" aria-labelledby="data-heading">
      <h2 id="data-heading">{t.yourData}</h2>
      <p>{t.dataLead}</p>
      <div class="actions">
        <button type="button" class="button button-plain" aria-disabled={isBusy || undefined} onClick={() => void save()}>
          {isBusy ? t.puttingTogether : t.download}
        </button>
      </div>
      <p class="problem" role="alert">{problem}</p>
    </section>
  );
}

/** The end of an account. */
export function Deletion({ page }: { readonly page: Page }) {
  const { session, notices, router } = useApp();
  const { identity } = useMember();
  const [confirm, dialog] = useConfirm();
  // Whom this page is of: in another tab somebody else may sign in meanwhile.
  const [userId] = useState(session.person?.userId ?? "");
  const remove = async () => {
    try {
      const isDeleted = await confirm({
        heading: t.deleteQuestion,
        detail: t.deleteDetail,
        agree: t.deleteAccount,
        busy: t.deleting,
        action: () => identity.deleteAccount(userId),
        inWords: (error) => (error instanceof SessionExpired ? undefined : writeProblem(error, t.yourAccount)),
      });
      if (!isDeleted) return;
      router.go(paths.tariffs, { replace: true });
      notices.notify(t.accountDeleted);
      await session.signOut();
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
      router.go(paths.signIn(page.path, { expired: true }));
    }
  };
  return (
    <section class="panel" aria-labelledby="deletion-heading">
      <h2 id="deletion-heading">{t.deleteHeading}</h2>
      <p>{t.deleteLead}</p>
      <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void remove()}>{t.deleteAccount}</button></div>
      {dialog}
    </section>
  );
}

function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
