import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { AccountError } from "../auth/person.ts";
import { paths } from "../places.ts";
import { attempt, CodeField, codeOf, codeProblem, EmailField, emailProblem } from "../ui/account-form.tsx";
import { useConfirm } from "../ui/confirm.tsx";
import { Form, useForm } from "../ui/form.tsx";
import { useMember } from "../ui/member.ts";
import { found } from "../ui/problems.ts";

/** Another address to sign in with, which counts once a code proves it that was mailed there. */
export function EmailAddress() {
  const { session, notices, queries } = useApp();
  const { identity } = useMember();
  const [wanted, want] = useState("");
  const asking = useForm({ email: "" }, async ({ email }) =>
    found({ email: emailProblem(email) ?? (email.trim() === session.person?.email ? "This is the address that you have." : undefined) }) ??
    attempt(async () => {
      await (await session.account()).changeEmail(email.trim());
      want(email.trim());
    }));
  const confirming = useForm({ emailCode: "" }, async ({ emailCode }) =>
    found({ emailCode: codeProblem(emailCode) }) ??
    attempt(async () => {
      await (await session.account()).confirmEmail(codeOf(emailCode));
      asking.set({ email: "" });
      confirming.set({ emailCode: "" });
      want("");
      notices.notify(`From now on you sign in as ${wanted}.`);
      // The token says who one is; what is shown follows it.
      await session.idToken({ fresh: true }).catch((error: unknown) => console.warn(error));
      void queries.invalidateQueries({ queryKey: identity.profile.queryKey });
    }));
  return (
    <section class="panel" aria-labelledby="email-heading">
      <h2 id="email-heading">E-mail address</h2>
      {wanted ? (
        <>
          <p role="status">We have sent a code to <strong>{wanted}</strong>. Until you type it here you sign in as before.</p>
          <Form form={confirming} submit="Confirm the address" busy="Confirming…"
            extra={<button type="button" class="button button-plain" onClick={() => want("")}>Use another address</button>}>
            <CodeField form={confirming} name="emailCode" hint="6 digits, in the mail." />
          </Form>
        </>
      ) : (
        <Form form={asking} submit="Send a code there" busy="Sending…">
          <EmailField form={asking} name="email" label="New e-mail address" hint="Signing in, and our mails, go by it once you have confirmed it." />
        </Form>
      )}
    </section>
  );
}

/** Ends all sessions, this one too. */
export function Everywhere() {
  const { session, notices, router } = useApp();
  const [confirm, dialog] = useConfirm();
  const signOut = async () => {
    const isDone = await confirm({
      heading: "Sign out everywhere?",
      detail: "Every browser and device that is signed in as you has to sign in again, this one too. It may take some of them 15 minutes to notice.",
      agree: "Sign out everywhere",
      busy: "Signing out…",
      action: async () => (await session.account()).signOutEverywhere(),
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isDone) return;
    router.go(paths.tariffs);
    notices.notify("You are signed out everywhere.");
    await session.signOut();
  };
  return (
    <section class="panel" aria-labelledby="everywhere-heading">
      <h2 id="everywhere-heading">Where you are signed in</h2>
      <p>Have you lost a device, or used somebody else’s?</p>
      <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void signOut()}>Sign out everywhere</button></div>
      {dialog}
    </section>
  );
}
