import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { SignInStep } from "../auth/person.ts";
import { passwordProblem } from "../password.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { safeReturn } from "../safe-return.ts";
import * as t from "../.texts/signIn.ts";
import * as common from "../.texts/visitor.ts";
import { attempt, CodeField, codeOf, codeProblem, EmailField, emailProblem, NewPasswordField, passwordMissing, PasswordField } from "../ui/account-form.tsx";
import { Form, useForm } from "../ui/form.tsx";
import { found } from "../ui/problems.ts";
import { canUsePasskeys, passkeysOf } from "./passkey-support.ts";

/** Somebody who has typed address and password: kept in memory until the last step is done. */
interface Credentials {
  readonly email: string;
  readonly password: string;
}

type Step =
  | { readonly kind: "begin" }
  | { readonly kind: "reset"; readonly email: string }
  | { readonly kind: Exclude<SignInStep, "done">; readonly credentials: Credentials };

interface StepProps {
  readonly page: Page;
  readonly go: (step: Step) => void;
}

/** Goes through whatever the account asks for, up to the page that asked to sign in. */
function useSignIn({ page, go }: StepProps) {
  const { session, router, notices } = useApp();
  const next = (step: SignInStep, credentials: Credentials) => {
    if (step !== "done") return go({ kind: step, credentials });
    done();
  };
  const done = () => {
    if (!page.left.aborted) router.go(safeReturn(page.query.get("next")), { replace: true });
    notices.notify(t.signedIn);
  };
  return {
    signIn: async (credentials: Credentials) => next(await session.signIn(credentials.email, credentials.password), credentials),
    answer: async (answer: string, credentials: Credentials) => next(await session.answerStep(answer), credentials),
    byPasskey: async (email: string) => {
      await (await passkeysOf(session)).signIn(email);
      await session.idToken();
      done();
    },
  };
}

/** One step after the other, in one place of the page; `begin` is the first. */
function steps(Begin: (props: StepProps) => ComponentChildren) {
  return ({ page }: { readonly page: Page }) => {
    const [step, go] = useState<Step>({ kind: "begin" });
    const props = { page, go };
    return (
      <div class="narrow narrow-form">
        {step.kind === "begin" ? <Begin {...props} />
          : step.kind === "reset" ? <NewPassword {...props} email={step.email} />
          : step.kind === "confirm" ? <Confirm {...props} credentials={step.credentials} />
          : <Answer {...props} key={step.kind} kind={step.kind} credentials={step.credentials} />}
      </div>
    );
  };
}

function strong(words: string) {
  return <strong>{words}</strong>;
}

/** A step's heading takes the focus, the first one's aside, which is a page's. */
function StepFrame({ title, lead, isFirst, children }: {
  readonly title: string;
  readonly lead: ComponentChildren;
  readonly isFirst?: boolean;
  readonly children: ComponentChildren;
}) {
  const { router } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (isFirst) return;
    heading.current?.focus();
  }, []);
  useEffect(() => {
    if (!isFirst) router.setTitle(title);
  }, [title]);
  return (
    <>
      <h1 tabindex={-1} ref={heading}>{title}</h1>
      <p class="lead">{lead}</p>
      <div class="panel">{children}</div>
    </>
  );
}

/** Signing in, with every step that an account may ask for. */
export const SignIn = steps((props) => {
  const { config } = useApp();
  const { signIn, byPasskey } = useSignIn(props);
  const next = props.page.query.get("next");
  const isByPasskey = useRef(false);
  const form = useForm({ email: "", password: "" }, async ({ email, password }) =>
    isByPasskey.current
      ? found({ email: emailProblem(email) }) ?? attempt(() => byPasskey(email.trim()))
      : found({ email: emailProblem(email), password: passwordMissing(password) }) ?? attempt(() => signIn({ email: email.trim(), password })));
  const sendByPasskey = async () => {
    isByPasskey.current = true;
    await form.send();
    isByPasskey.current = false;
  };
  return (
    <StepFrame title={common.signIn} isFirst lead={props.page.query.has("expired")
      ? t.expiredLead
      : t.signInLead}>
      <Form form={form} submit={common.signIn} busy={t.signingIn} extra={<a class="beside" href={paths.forgottenPassword(next)}>{t.forgotten}</a>}>
        <EmailField form={form} name="email" />
        <PasswordField form={form} name="password" />
      </Form>
      {config.passkeys && canUsePasskeys() && (
        <div class="apart actions">
          <button type="button" class="button button-plain" aria-disabled={form.isSending || undefined} onClick={() => void sendByPasskey()}>{t.usePasskey}</button>
        </div>
      )}
      <OutsideProviders />
      <p class="apart">{t.newHere({ link: (words) => <a href={paths.signUp(next)}>{words}</a> })}</p>
    </StepFrame>
  );
});

/** Making an account: address and password, then the code that proves the address. */
export const SignUp = steps(({ page, go }) => {
  const { session } = useApp();
  const form = useForm({ email: "", newPassword: "" }, async (typed) =>
    found({ email: emailProblem(typed.email), newPassword: passwordProblem(typed.newPassword) }) ??
    attempt(async () => {
      const credentials = { email: typed.email.trim(), password: typed.newPassword };
      await (await session.account()).signUp(credentials.email, credentials.password);
      go({ kind: "confirm", credentials });
    }));
  return (
    <StepFrame title={common.makeAccount} lead={t.signUpLead} isFirst>
      <Form form={form} submit={t.makeTheAccount} busy={t.making}>
        <EmailField form={form} name="email" />
        <NewPasswordField form={form} name="newPassword" />
      </Form>
      <OutsideProviders />
      <p class="apart">{t.haveAccount({ link: (words) => <a href={paths.signIn(page.query.get("next"))}>{words}</a> })}</p>
    </StepFrame>
  );
});

/** A new password by a code that goes to the address of the account. */
export const ForgottenPassword = steps(({ page, go }) => {
  const { session } = useApp();
  const form = useForm({ email: "" }, async (typed) =>
    found({ email: emailProblem(typed.email) }) ??
    attempt(async () => {
      const email = typed.email.trim();
      await (await session.account()).sendResetCode(email);
      go({ kind: "reset", email });
    }));
  return (
    <StepFrame title={common.setPassword} lead={t.resetLead} isFirst>
      <Form form={form} submit={t.sendCode} busy={t.sending} extra={<a class="beside" href={paths.signIn(page.query.get("next"))}>{t.back}</a>}>
        <EmailField form={form} name="email" />
      </Form>
    </StepFrame>
  );
});

function NewPassword({ email, ...props }: StepProps & { readonly email: string }) {
  const { session } = useApp();
  const { signIn } = useSignIn(props);
  const form = useForm({ code: "", newPassword: "" }, async ({ code, newPassword }) =>
    found({ code: codeProblem(code), newPassword: passwordProblem(newPassword) }) ??
    attempt(async () => {
      await (await session.account()).setPassword(email, codeOf(code), newPassword);
      await signIn({ email, password: newPassword });
    }));
  return (
    <StepFrame title={t.chooseNew} lead={t.onItsWay({ email, strong })}>
      <Form form={form} submit={t.saveAndSignIn} busy={t.saving}>
        <CodeField form={form} name="code" hint={t.codeInMail} />
        <NewPasswordField form={form} name="newPassword" label={t.newPassword} />
      </Form>
    </StepFrame>
  );
}

/** The code that proves the address; then signing in. */
function Confirm({ credentials, ...props }: StepProps & { readonly credentials: Credentials }) {
  const { session } = useApp();
  const { signIn } = useSignIn(props);
  const [said, say] = useState("");
  const { email } = credentials;
  const sendAgain = async () => {
    say(t.sending);
    const problems = await attempt(async () => (await session.account()).sendConfirmationCode(email));
    say(problems?.whole[0] ?? t.newCodeSent({ email }));
  };
  const form = useForm({ code: "" }, async ({ code }) =>
    found({ code: codeProblem(code) }) ??
    attempt(async () => {
      await (await session.account()).confirm(email, codeOf(code));
      await signIn(credentials);
    }));
  return (
    <StepFrame title={t.confirmAddress} lead={t.codeSent({ email, strong })}>
      <Form form={form} submit={t.confirmAndSignIn} busy={t.confirming}
        extra={<button type="button" class="button button-plain" onClick={() => void sendAgain()}>{t.newCode}</button>}>
        <CodeField form={form} name="code" hint={t.codeInMailSoon} />
      </Form>
      <p class="hint" role="status">{said}</p>
    </StepFrame>
  );
}

/** A new password, or the authenticator's code. */
function Answer({ kind, credentials, ...props }: StepProps & { readonly kind: "new-password" | "authenticator-code"; readonly credentials: Credentials }) {
  const { answer } = useSignIn(props);
  const isCode = kind === "authenticator-code";
  const form = useForm({ answer: "" }, async (typed) =>
    found({ answer: isCode ? codeProblem(typed.answer) : passwordProblem(typed.answer) }) ??
    attempt(() => answer(isCode ? codeOf(typed.answer) : typed.answer, credentials)));
  return (
    <StepFrame title={isCode ? t.authenticatorCode : t.ownPassword}
      lead={isCode ? t.authenticatorLead : t.firstOnly}>
      <Form form={form} submit={common.signIn} busy={t.signingIn}>
        {isCode
          ? <CodeField form={form} name="answer" hint={t.halfMinute} />
          : <NewPasswordField form={form} name="answer" label={t.newPassword} />}
      </Form>
    </StepFrame>
  );
}

function OutsideProviders() {
  const { session } = useApp();
  const [problem, setProblem] = useState("");
  if (session.providers.length === 0) return null;
  const leave = async (provider: string) => {
    setProblem("");
    const problems = await attempt(() => session.signInWith(provider));
    setProblem(problems?.whole[0] ?? "");
  };
  return (
    <div class="apart actions">
      {session.providers.map((name) => (
        <button key={name} type="button" class="button button-plain" onClick={() => void leave(name)}>{t.continueWith({ name })}</button>
      ))}
      <p class="problem" role="alert">{problem}</p>
    </div>
  );
}
