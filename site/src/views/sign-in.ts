import type { App } from "../app.ts";
import { SignInError } from "../auth/session.ts";
import { safeReturn, type Page, type Redirect, type View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { field, form, hasProblems, type Field, type Problems } from "../ui/form.ts";

/** Signing in, with the change of a temporary password where the account asks for it. */
export function signInView(app: App, page: Page): View | Redirect {
  const next = safeReturn(page.query.get("next"));
  if (app.session.person) return { redirect: next };

  const element = h("div", { class: "narrow narrow-form" });
  const finish = () => {
    if (!page.left.aborted) app.router.go(next, { replace: true });
    app.shell.notify("You are signed in.");
  };
  const askNewPassword = () => {
    element.replaceChildren(
      h("h1", { tabindex: -1 }, "Choose your own password"),
      h("p", { class: "lead" }, "The one you have is for the first sign-in only."),
      h("div", { class: "panel" }, newPasswordForm(app, finish)),
    );
    page.setTitle("Choose a password");
    element.querySelector("h1")?.focus();
  };
  element.append(
    h("h1", {}, "Sign in"),
    page.query.has("expired")
      ? h("p", { class: "lead" }, "Your session has ended. Sign in again to carry on where you were.")
      : h("p", { class: "lead" }, "With the e-mail address and password of your account."),
    h("div", { class: "panel" }, passwordForm(app, finish, askNewPassword)),
  );
  return { title: "Sign in", element };
}

function passwordForm(app: App, finish: () => void, askNewPassword: () => void): HTMLFormElement {
  const email = field(
    h("input", { id: "email", name: "email", type: "email", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true }),
    { label: "E-mail address" },
  );
  const password = passwordField("password", "Password", "current-password");
  return form({
    fields: [email, password],
    submit: "Sign in",
    busy: "Signing in…",
    send: async () => {
      const typed = email.control.value.trim();
      const wrong = missing(
        [email, !/^\S+@\S+$/.test(typed) && "Enter your e-mail address, like name@example.com."],
        [password, password.control.value === "" && "Enter your password."],
      );
      if (hasProblems(wrong)) return wrong;
      return attempt(async () => {
        const step = await app.session.signIn(typed, password.control.value);
        if (step === "new-password") askNewPassword();
        else finish();
      });
    },
  });
}

function newPasswordForm(app: App, finish: () => void): HTMLFormElement {
  const password = passwordField("new-password", "New password", "new-password");
  return form({
    fields: [password],
    submit: "Save and sign in",
    busy: "Saving…",
    send: async () => {
      const wrong = missing([password, password.control.value === "" && "Enter a new password."]);
      if (hasProblems(wrong)) return wrong;
      return attempt(async () => {
        await app.session.chooseNewPassword(password.control.value);
        finish();
      });
    },
  });
}

function passwordField(id: string, label: string, autocomplete: string): Field<HTMLInputElement> {
  const input = h("input", { id, name: id, type: "password", autocomplete, required: true });
  const verb = h("span", {}, "Show");
  const toggle = h("button", { type: "button", class: "button button-plain" },
    verb, h("span", { class: "visually-hidden" }, " password"));
  toggle.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    verb.textContent = shown ? "Show" : "Hide";
  });
  return field(input, { label, beside: toggle });
}

function missing(...checks: readonly (readonly [Field, string | false])[]): Problems {
  const found = checks.flatMap(([{ name }, text]): [string, string][] => (text ? [[name, text]] : []));
  return { fields: new Map(found), whole: [] };
}

async function attempt(run: () => Promise<void>): Promise<Problems | void> {
  try {
    await run();
  } catch (error) {
    const words = error instanceof SignInError ? error.message : "Signing in did not work. Please try again in a moment.";
    if (!(error instanceof SignInError)) console.error(error);
    return { fields: new Map(), whole: [words] };
  }
}
