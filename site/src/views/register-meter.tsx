import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/readings.ts";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { fieldProblems, found, ofWhole, type Problems } from "../ui/problems.ts";
import { useEmail } from "./email-of.ts";
import { useReadings } from "./imports.ts";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Says whose meter one is, for who may. */
export function RegisterMeter({ page }: { readonly page: Page }) {
  const { session, notices } = useApp();
  const readings = useReadings();
  const orSignIn = useOrSignIn(page);
  const [first] = useState(() => ({ meterId: "", userId: page.query.get("user") ?? "" }));
  const form = useForm(first, async (typed): Promise<Problems | void> => {
    const [meterId, userId] = [typed.meterId.trim(), typed.userId.trim()];
    const wrong = found({ meterId: ID.test(meterId) ? undefined : t.enterMeter, userId: ID.test(userId) ? undefined : t.enterUser });
    if (wrong) return wrong;
    try {
      await orSignIn(() => readings.register(meterId, userId));
      notices.notify(t.registered({ meterId }));
      form.set({ meterId: "" });
    } catch (error) {
      if (error instanceof SessionExpired) return;
      return fieldProblems(error, ["meterId", "userId"], titleOf) ?? ofWhole(writeProblem(error, t.thisMeter));
    }
  });
  const email = useEmail(form.values.userId.trim());
  const input = { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: false, required: true } as const;
  return (
    <div class="narrow">
      <a class="back" href={paths.readings}><Icon name="back" />{t.allReadings}</a>
      <h1>{t.register}</h1>
      <p class="lead">{t.registerLead}</p>
      <div class="panel">
        <Form form={form} submit={t.register} busy={t.registering}>
          <Field form={form} name="meterId" label={t.meterId} hint={t.meterIdHint}>
            {(bound) => <input {...bound} {...input} />}
          </Field>
          <Field form={form} name="userId" label={t.userId}
            hint={session.can("list", "users") ? t.userIdHint({ link: (words) => <a href={paths.users}>{words}</a> }) : undefined}>
            {(bound) => <input {...bound} {...input} />}
          </Field>
          <p class="meaning" role="status">{email && t.ofUser({ email })}</p>
        </Form>
      </div>
    </div>
  );
}

function titleOf(name: string): string {
  return { meterId: t.ofMeter, userId: t.ofUserId }[name] ?? name;
}
