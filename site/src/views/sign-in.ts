import type { App } from "../app.ts";
import { paths } from "../places.ts";
import type { SignInStep } from "../auth/person.ts";
import { safeReturn, type Page, type Redirect, type View } from "../router.ts";
import { attempt, codeField, codeOf, emailField, newPasswordField, passwordField, sendWhenRight, type Check } from "../ui/account-form.ts";
import { h, type Child } from "../ui/dom.ts";
import { form } from "../ui/form.ts";

/** Somebody who has typed address and password: kept in memory until the last step is done. */
interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** One step of signing in after the other, in one place of the page. */
class Steps {
  readonly element = h("div", { class: "narrow narrow-form" });
  readonly #app: App;
  readonly #page: Page;

  constructor(app: App, page: Page) {
    this.#app = app;
    this.#page = page;
  }

  show(title: string, lead: Child, ...content: Child[]): void {
    const heading = h("h1", { tabindex: -1 }, title);
    const isFirst = this.element.childElementCount === 0;
    this.element.replaceChildren(heading, h("p", { class: "lead" }, lead), h("div", { class: "panel" }, content));
    if (isFirst) return;
    this.#page.setTitle(title);
    heading.focus();
  }

  /** Sign in, and go through whatever the account asks for. */
  async signIn(credentials: Credentials): Promise<void> {
    this.#next(await this.#app.session.signIn(credentials.email, credentials.password), credentials);
  }

  /** Ask for the code that proves the address; then sign in. */
  confirm(credentials: Credentials): void {
    const code = codeField("Code", "6 digits, in the mail we sent you. It may take a minute.");
    const again = h("button", { type: "button", class: "button button-plain", on: { click: () => void sendAgain() } }, "Send a new code");
    const said = h("p", { class: "hint", role: "status" });
    const sendAgain = async () => {
      said.textContent = "Sending…";
      const problems = await attempt(async () => (await this.#app.session.account()).sendConfirmationCode(credentials.email));
      said.textContent = problems?.whole[0] ?? `A new code is on its way to ${credentials.email}. Older ones are no longer good.`;
    };
    this.show(
      "Confirm your address",
      ["We sent a code to ", h("strong", {}, credentials.email), "."],
      form({
        fields: [code.field],
        submit: "Confirm and sign in",
        busy: "Confirming…",
        extra: again,
        send: () =>
          sendWhenRight([code], async () => {
            await (await this.#app.session.account()).confirm(credentials.email, codeOf(code.field.control));
            await this.signIn(credentials);
          }),
      }),
      said,
    );
  }

  #next(step: SignInStep, credentials: Credentials): void {
    switch (step) {
      case "done":
        if (!this.#page.left.aborted) this.#app.router.go(safeReturn(this.#page.query.get("next")), { replace: true });
        this.#app.shell.notify("You are signed in.");
        return;
      case "confirm":
        return this.confirm(credentials);
      case "new-password":
        return this.#answer("Choose your own password", "The one you have is for the first sign-in only.", newPasswordField("New password"), credentials);
      case "authenticator-code":
        return this.#answer("The code of your authenticator", "Open your authenticator app and type the code it shows for this site.", codeField("Code", "6 digits, new every half minute."), credentials);
    }
  }

  #answer(title: string, lead: string, check: Check, credentials: Credentials): void {
    const { control } = check.field;
    this.show(title, lead,
      form({
        fields: [check.field],
        submit: "Sign in",
        busy: "Signing in…",
        send: () =>
          sendWhenRight([check], async () => {
            const answer = control.name === "code" ? codeOf(control) : control.value;
            this.#next(await this.#app.session.answerStep(answer), credentials);
          }),
      }),
    );
  }
}

/** Signing in, with every step that an account may ask for. */
export function signInView(app: App, page: Page): View | Redirect {
  if (app.session.person) return { redirect: safeReturn(page.query.get("next")) };
  const steps = new Steps(app, page);
  const email = emailField();
  const password = passwordField();
  steps.show(
    "Sign in",
    page.query.has("expired")
      ? "Your session has ended. Sign in again to carry on where you were."
      : "With the e-mail address and password of your account.",
    form({
      fields: [email.field, password.field],
      submit: "Sign in",
      busy: "Signing in…",
      extra: h("a", { class: "beside", href: paths.forgottenPassword }, "Forgotten your password?"),
      send: () =>
        sendWhenRight([email, password], () =>
          steps.signIn({ email: email.field.control.value.trim(), password: password.field.control.value })),
    }),
    outsideProviders(app),
    h("p", { class: "apart" }, "New here? ", h("a", { href: paths.signUp }, "Make an account")),
  );
  return { title: "Sign in", element: steps.element };
}

/** Making an account: address and password, then the code that proves the address. */
export function signUpView(app: App, page: Page): View | Redirect {
  if (app.session.person) return { redirect: paths.tariffs };
  const steps = new Steps(app, page);
  const email = emailField();
  const password = newPasswordField();
  steps.show(
    "Make an account",
    "To buy vouchers and to follow them.",
    form({
      fields: [email.field, password.field],
      submit: "Make the account",
      busy: "Making the account…",
      send: () =>
        sendWhenRight([email, password], async () => {
          const credentials = { email: email.field.control.value.trim(), password: password.field.control.value };
          await (await app.session.account()).signUp(credentials.email, credentials.password);
          steps.confirm(credentials);
        }),
    }),
    outsideProviders(app),
    h("p", { class: "apart" }, "You have an account? ", h("a", { href: paths.signIn() }, "Sign in")),
  );
  return { title: "Make an account", element: steps.element };
}

/** A new password by a code that goes to the address of the account. */
export function forgottenPasswordView(app: App, page: Page): View | Redirect {
  if (app.session.person) return { redirect: paths.account };
  const steps = new Steps(app, page);
  const email = emailField();
  steps.show(
    "Set a new password",
    "We send a code to the e-mail address of your account.",
    form({
      fields: [email.field],
      submit: "Send the code",
      busy: "Sending…",
      extra: h("a", { class: "beside", href: paths.signIn() }, "Back to signing in"),
      send: () =>
        sendWhenRight([email], async () => {
          const address = email.field.control.value.trim();
          await (await app.session.account()).sendResetCode(address);
          askForNewPassword(app, steps, address);
        }),
    }),
  );
  return { title: "Set a new password", element: steps.element };
}

function askForNewPassword(app: App, steps: Steps, email: string): void {
  const code = codeField("Code", "6 digits, in the mail we sent you.");
  const password = newPasswordField("New password");
  steps.show(
    "Choose a new password",
    ["If there is an account with the address ", h("strong", {}, email), ", a code is on its way there."],
    form({
      fields: [code.field, password.field],
      submit: "Save and sign in",
      busy: "Saving…",
      send: () =>
        sendWhenRight([code, password], async () => {
          const chosen = password.field.control.value;
          await (await app.session.account()).setPassword(email, codeOf(code.field.control), chosen);
          await steps.signIn({ email, password: chosen });
        }),
    }),
  );
}

function outsideProviders(app: App): Child {
  const { providers } = app.session;
  if (providers.length === 0) return undefined;
  const problem = h("p", { class: "problem", role: "alert" });
  const leave = async (provider: string) => {
    problem.textContent = "";
    const problems = await attempt(() => app.session.signInWith(provider));
    problem.textContent = problems?.whole[0] ?? "";
  };
  return h("div", { class: "apart actions" },
    providers.map((name) =>
      h("button", { type: "button", class: "button button-plain", on: { click: () => void leave(name) } }, `Continue with ${name}`)),
    problem,
  );
}
