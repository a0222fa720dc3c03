import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import type { AuthenticatorSecret } from "../auth/account.ts";
import { AccountError } from "../auth/person.ts";
import { SITE_NAME } from "../places.ts";
import * as t from "../.texts/account.ts";
import { attempt, CodeField, codeOf, codeProblem } from "../ui/account-form.tsx";
import { useConfirm } from "../ui/confirm.tsx";
import { Form, useForm } from "../ui/form.tsx";
import { QrCode } from "../ui/qr-code.tsx";
import { found } from "../ui/problems.ts";
import { passkeysOf } from "./passkey-support.ts";

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
      heading: t.offQuestion,
      detail: t.offDetail,
      agree: t.switchOff,
      busy: t.switchingOff,
      action: async () => {
        if (config.passkeys) await (await passkeysOf(session)).countForOneStep();
        await (await session.account()).switchAuthenticatorOff();
      },
      inWords: (error) => (error instanceof AccountError ? error.message : undefined),
    });
    if (!isOff) return;
    setState("off");
    notices.notify(t.isOff);
  };
  return (
    <section class="panel" aria-labelledby="authenticator-heading">
      <h2 id="authenticator-heading">{t.secondStep}</h2>
      <div class="authenticator" aria-busy={state === "asking" || undefined}>
        {state === "asking" ? <p role="status">{t.asking}</p>
          : state === "off" ? (
            <>
              <p>{t.secondStepLead}</p>
              <div class="actions"><button type="button" class="button button-plain" onClick={begin}>{t.setUp}</button></div>
            </>
          ) : state === "on" ? (
            <>
              <p>{t.itIsOn}</p>
              <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void switchOff()}>{t.switchOff}</button></div>
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
      notices.notify(t.isOn);
      done("on");
    }));
  return (
    <>
      <h3 tabindex={-1} ref={heading}>{t.addSite}</h3>
      <ol class="instructions">
        <li>
          {t.scan({ link: (words) => <a href={link}>{words}</a> })}
          <QrCode text={link} label={t.qrCode} />
        </li>
        <li>
          {t.orKey}
          <code class="secret" role="group" aria-label={t.setupKey}>{grouped(text)}</code>
        </li>
        <li>{t.typeCode}</li>
      </ol>
      <Form form={form} submit={t.switchOn} busy={t.checking}
        extra={<button type="button" class="button button-plain" onClick={() => done("off")}>{t.cancel}</button>}>
        <CodeField form={form} name="code" label={t.appCode} hint={t.halfMinute} />
      </Form>
    </>
  );
}

/** In groups of four, which is how one types a long key. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
