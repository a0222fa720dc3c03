// Fields and answers that the forms about an account share.

import { useState } from "preact/hooks";
import { AccountError } from "../auth/person.ts";
import { RULES } from "../password.ts";
import * as t from "../.texts/signIn.ts";
import { Field, type Bound, type FieldProps } from "./form.tsx";
import { Icon } from "./icons.tsx";
import { ofWhole, type Problems } from "./problems.ts";

type Of<V extends object> = Pick<FieldProps<V>, "form" | "name"> & { readonly label?: string; readonly hint?: string };

const [TEXT, PASSWORD] = [{ type: "text" }, { type: "password" }] as const;
const PLAIN = { spellcheck: false, required: true } as const;

export function EmailField<V extends object>({ label = t.email, ...field }: Of<V>) {
  return <Field {...field} label={label}>{(bound) => <input {...bound} type="email" autocomplete="username" {...PLAIN} />}</Field>;
}

/** The password that somebody has. */
export function PasswordField<V extends object>({ label = t.password, ...field }: Of<V>) {
  return <Hidden {...field} id="password" label={label} autocomplete="current-password" />;
}

/** A password to be chosen: what it needs is ticked off while it is typed. */
export function NewPasswordField<V extends object>({ label = t.password, ...field }: Of<V>) {
  const typed = String(field.form.values[field.name]);
  const rules = (
    <ul class="rules" role="list">
      {RULES.map(({ words, isMet }, index) => {
        const met = isMet(typed);
        return (
          <li key={index} class={met ? "rule rule-met" : "rule"}>
            <span class="rule-mark">{met && <Icon name="done" />}</span>
            {words()}
            <span class="visually-hidden">{met ? t.done : t.missing}</span>
          </li>
        );
      })}
    </ul>
  );
  return <Hidden {...field} id="new-password" label={label} hint={rules} autocomplete="new-password" />;
}

/** Six digits, from a mail or from an authenticator app. */
export function CodeField<V extends object>({ label = t.code, ...field }: Of<V>) {
  return <Field {...field} label={label}>{(bound) => <input {...bound} type="text" inputMode="numeric" autocomplete="one-time-code" required />}</Field>;
}

function Hidden<V extends object>({ autocomplete, ...field }: Omit<FieldProps<V>, "children"> & { readonly autocomplete: "current-password" | "new-password" }) {
  const [isShown, show] = useState(false);
  const toggle = (
    <button type="button" class="button button-plain" onClick={() => show(!isShown)}>
      {(isShown ? t.hidePassword : t.showPassword)({
        shown: (words) => <span>{words}</span>,
        hidden: (words) => <span class="visually-hidden">{words}</span>,
      })}
    </button>
  );
  const input = (bound: Bound) => <input {...bound} {...(isShown ? TEXT : PASSWORD)} autocomplete={autocomplete} {...PLAIN} />;
  return <Field {...field} beside={toggle}>{input}</Field>;
}

export function emailProblem(typed: string): string | undefined {
  return /^\S+@\S+$/.test(typed.trim()) ? undefined : t.emailProblem;
}

export function passwordMissing(typed: string): string | undefined {
  return typed === "" ? t.passwordMissing : undefined;
}

export function codeProblem(typed: string): string | undefined {
  return /^\d{6}$/.test(codeOf(typed)) ? undefined : t.codeProblem;
}

/** Codes are often shown, and copied, with a space inside. */
export function codeOf(typed: string): string {
  return typed.replace(/\s/g, "");
}

/** Run `action`; what the account service says if it did not work. */
export async function attempt(action: () => Promise<void>): Promise<Problems | void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AccountError)) console.error(error);
    return ofWhole(error instanceof AccountError ? error.message : t.didNotWork);
  }
}
