import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { takeOut } from "../takeout.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { useMember } from "../ui/member.ts";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

const FILE = "blockwork-energy-my-data.json";

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
      download(FILE, JSON.stringify(data, undefined, 2));
      notices.notify("Your data are in your downloads.");
    } catch (error) {
      if (!(error instanceof SessionExpired)) setProblem(`Your data could not be put together, so there is no file. ${writeProblem(error, "Your account")}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel" aria-labelledby="data-heading">
      <h2 id="data-heading">Your data</h2>
      <p>Your profile, your vouchers, and what you have said to our support, in one file (JSON).</p>
      <div class="actions">
        <button type="button" class="button button-plain" aria-disabled={isBusy || undefined} onClick={() => void save()}>
          {isBusy ? "Putting it together…" : "Download my data"}
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
        heading: "Delete your account?",
        detail:
          "We remove your sign-in, profile, permissions, support tasks and messages, at once and for good. The law makes us keep what was paid for " +
          "vouchers, without your name and the addresses in them; vouchers that you have bought stay valid, but you no longer see them here.",
        agree: "Delete my account",
        busy: "Deleting…",
        action: () => identity.deleteAccount(userId),
        inWords: (error) => (error instanceof SessionExpired ? undefined : writeProblem(error, "Your account")),
      });
      if (!isDeleted) return;
      router.go(paths.tariffs, { replace: true });
      notices.notify("Your account is deleted.");
      await session.signOut();
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
      router.go(paths.signIn(page.path, { expired: true }));
    }
  };
  return (
    <section class="panel" aria-labelledby="deletion-heading">
      <h2 id="deletion-heading">Delete your account</h2>
      <p>You may want to download your data and your vouchers before.</p>
      <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void remove()}>Delete my account</button></div>
      {dialog}
    </section>
  );
}

function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
