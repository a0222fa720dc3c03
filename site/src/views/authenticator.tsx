import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { AuthenticatorSecret } from "../auth/account.ts";
import { AccountError } from "../auth/person.ts";
import { SITE_NAME } from "../places.ts";
import { attempt, CodeField, codeOf, codeProblem } from "../ui/account-form.tsx";
import { useConfirm } from "../ui/confirm.tsx";
import { Form, useForm } from "../ui/form.tsx";
import { QrCode } from "../ui/qr-code.tsx";
import { found } from "../ui/problems.ts";
import { passkeysOf } from "./passkey-support.ts";

const LEAD = "Besides your password, signing in then asks for a code that an app on your phone shows.";

type State = "asking" | "off" | "on" | AuthenticatorSecret;

/** Setting up an authenticator app as the second step of signing in, and switching it off. */
export function Authenticator() {
  const { session, notices, config } = useApp();
  const [state, setState] = useState<State>("asking");
  const [problem, setProblem] = useState("");
  const [confirm, dialog] = useConfirm();
  const orSay = async (action: () => Promise<void>) => {
    setProblem("");
    setProblem((await attempt(action))?.whole[0] ?? "");
  };
  useEffect(() => {
    void orSay(async () => setState((await (await session.account()).hasAuthenticator()) ? "on" : "off"));
  }, []);
  const begin = () =>
    void orSay(async () => setState(await (await session.account()).newAuthenticator(SITE_NAME, session.person?.email ?? "")));
  const switchOff = async () => {
    const isOff = await confirm({
      heading: "Switch the second step off?",
      detail: "Whoever knows your password can then sign in as you.",
      agree: "Switch off",
      busy: "Switching off…",
      action: async () => {
        if (config.passkeys) await (await passkeysOf(session)).countForOneStep();
        await (await session.account()).switchAuthenticatorOff();
      },
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isOff) return;
    setState("off");
    notices.notify("Signing in asks for your password only.");
  };
  return (
    <section class="panel" aria-labelledby="authenticator-heading">
      <h2 id="authenticator-heading">Second step at sign-in</h2>
      <div class="authenticator" aria-busy={state === "asking" || undefined}>
        {state === "asking" ? <p role="status">Asking…</p>
          : state === "off" ? (
            <>
              <p>{LEAD}</p>
              <div class="actions"><button type="button" class="button button-plain" onClick={begin}>Set up an authenticator app</button></div>
            </>
          ) : state === "on" ? (
            <>
              <p>It is on: signing in asks for a code of your authenticator app.</p>
              <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void switchOff()}>Switch off</button></div>
            </>
          ) : <SetUp secret={state} done={setState} />}
      </div>
      <p class="problem" role="alert">{problem}</p>
      {dialog}
    </section>
  );
}

function SetUp({ secret: { text, link }, done }: { readonly secret: AuthenticatorSecret; readonly done: (state: "on" | "off") => void }) {
  const { session, notices, config } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const form = useForm({ code: "" }, async ({ code }) =>
    found({ code: codeProblem(code) }) ??
    attempt(async () => {
      await (await session.account()).switchAuthenticatorOn(codeOf(code));
      if (config.passkeys) await (await passkeysOf(session)).countForBothSteps();
      notices.notify("From now on, signing in asks for a code of your app.");
      done("on");
    }));
  return (
    <>
      <h3 tabindex={-1} ref={heading}>Add this site to your authenticator app</h3>
      <ol class="instructions">
        <li>
          Scan this code with the app, or on the phone that has the app, <a href={link}>open this link</a>.
          <QrCode text={link} label="Code to scan with your authenticator app" />
        </li>
        <li>
          Or choose “enter a setup key” in the app and type this key:
          <code class="secret" role="group" aria-label="Setup key">{grouped(text)}</code>
        </li>
        <li>Type the code that the app shows. From then on you need the app to sign in.</li>
      </ol>
      <Form form={form} submit="Switch on" busy="Checking…"
        extra={<button type="button" class="button button-plain" onClick={() => done("off")}>Cancel</button>}>
        <CodeField form={form} name="code" label="Code that the app shows" hint="6 digits, new every half minute." />
      </Form>
    </>
  );
}

/** In groups of four, which is how one types a long key. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
