import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { AccountError } from "../auth/person.ts";
import { paths } from "../places.ts";
import * as t from "../.texts/account.ts";
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
    found({ email: emailProblem(email) ?? (email.trim() === session.person?.email ? t.sameEmail : undefined) }) ??
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
      notices.notify(t.nowSignInAs({ email: wanted }));
      // The token says who one is; what is shown follows it.
      await session.idToken({ fresh: true }).catch((error: unknown) => console.warn(error));
      void queries.invalidateQueries({ queryKey: identity.profile.queryKey });
    }));
  return (
    <section class="panel" aria-labelledby="email-heading">
      <h2 id="email-heading">{t.emailHeading}</h2>
      {wanted ? (
        <>
          <p role="status">{t.emailCodeSent({ email: wanted, strong: (words) => <strong>{words}</strong> })}</p>
          <Form form={confirming} submit={t.confirmEmail} busy={t.confirming}
            extra={<button type="button" class="button button-plain" onClick={() => want("")}>{t.otherEmail}</button>}>
            <CodeField form={confirming} name="emailCode" hint={t.codeHint} />
          </Form>
        </>
      ) : (
        <Form form={asking} submit={t.sendCode} busy={t.sending}>
          <EmailField form={asking} name="email" label={t.newEmail} hint={t.newEmailHint} />
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
      heading: t.everywhereQuestion,
      detail: t.everywhereDetail,
      agree: t.everywhere,
      busy: t.signingOut,
      action: async () => (await session.account()).signOutEverywhere(),
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isDone) return;
    router.go(paths.tariffs);
    notices.notify(t.signedOutEverywhere);
    await session.signOut();
  };
  return (
    <section class="panel" aria-labelledby="everywhere-heading">
      <h2 id="everywhere-heading">{t.whereSignedIn}</h2>
      <p>{t.lostDevice}</p>
      <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void signOut()}>{t.everywhere}</button></div>
      {dialog}
    </section>
  );
}
