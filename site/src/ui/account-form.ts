// Fields and answers that the forms about an account share.

import { AccountError } from "../auth/person.ts";
import { passwordProblem, RULES } from "../password.ts";
import { fill, h } from "./dom.ts";
import { field, type Field, type Problems } from "./form.ts";
import { icon } from "./icons.ts";

export interface Check {
  readonly field: Field<HTMLInputElement>;
  /** What is wrong with what was typed; undefined when it fits. */
  readonly problem: () => string | undefined;
}

export function emailField(id = "email"): Check {
  const input = h("input", {
    id, name: id, type: "email", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true,
  });
  return {
    field: field(input, { label: "E-mail address" }),
    problem: () => (/^\S+@\S+$/.test(input.value.trim()) ? undefined : "Enter your e-mail address, like name@example.com."),
  };
}

/** The password that somebody has. */
export function passwordField(label = "Password"): Check {
  const { input, toggle } = passwordInput("password", "current-password");
  return {
    field: field(input, { label, beside: toggle }),
    problem: () => (input.value === "" ? "Enter your password." : undefined),
  };
}

/** A password to be chosen: what it needs is ticked off while it is typed. */
export function newPasswordField(label = "Password"): Check {
  const { input, toggle } = passwordInput("new-password", "new-password");
  const rules = h("ul", { class: "rules", role: "list" });
  const show = () =>
    fill(rules, RULES.map(({ words, isMet }) => {
      const met = isMet(input.value);
      return h("li", { class: met ? "rule rule-met" : "rule" },
        h("span", { class: "rule-mark" }, met && icon("done")),
        words,
        h("span", { class: "visually-hidden" }, met ? ": done" : ": missing"),
      );
    }));
  input.addEventListener("input", show);
  show();
  return {
    field: field(input, { label, hint: rules, beside: toggle }),
    problem: () => passwordProblem(input.value),
  };
}

/** Six digits, from a mail or from an authenticator app. */
export function codeField(label: string, hint?: string): Check {
  const input = h("input", { id: "code", name: "code", type: "text", inputmode: "numeric", autocomplete: "one-time-code", required: true });
  return {
    field: field(input, { label, ...(hint === undefined ? {} : { hint }) }),
    problem: () => (/^\d{6}$/.test(codeOf(input)) ? undefined : "Enter the 6 digits of the code."),
  };
}

/** Codes are often shown, and copied, with a space inside. */
export function codeOf(input: HTMLInputElement): string {
  return input.value.replace(/\s/g, "");
}

/** Run `action` if every field fits; what is wrong otherwise, or what the account service says. */
export async function sendWhenRight(checks: readonly Check[], action: () => Promise<void>): Promise<Problems | void> {
  const found = checks.flatMap(({ field: { name }, problem }): [string, string][] => {
    const text = problem();
    return text ? [[name, text]] : [];
  });
  if (found.length > 0) return { fields: new Map(found), whole: [] };
  return attempt(action);
}

/** Run `action`; what the account service says if it did not work. */
export async function attempt(action: () => Promise<void>): Promise<Problems | void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof AccountError)) console.error(error);
    const words = error instanceof AccountError ? error.message : "This did not work. Please try again in a moment.";
    return { fields: new Map(), whole: [words] };
  }
}

function passwordInput(id: string, autocomplete: string): { readonly input: HTMLInputElement; readonly toggle: HTMLElement } {
  const input = h("input", { id, name: id, type: "password", autocomplete, autocapitalize: "none", spellcheck: "false", required: true });
  const verb = h("span", {}, "Show");
  const toggle = h("button", { type: "button", class: "button button-plain" },
    verb, h("span", { class: "visually-hidden" }, " password"));
  toggle.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    verb.textContent = shown ? "Show" : "Hide";
  });
  return { input, toggle };
}
