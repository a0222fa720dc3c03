import type { App } from "../app.ts";
import { SITE_NAME } from "../places.ts";
import { AccountError } from "../auth/person.ts";
import type { Page } from "../router.ts";
import { attempt, codeField, codeOf, sendWhenRight } from "../ui/account-form.ts";
import { confirmAndRun } from "../ui/confirm.ts";
import { h } from "../ui/dom.ts";
import { form } from "../ui/form.ts";

const LEAD = "Besides your password, signing in then asks for a code that an app on your phone shows.";

/** Setting up an authenticator app as the second step of signing in, and switching it off. */
export function authenticatorPanel(app: App, page: Page): HTMLElement {
  const body = h("div", { class: "authenticator", "aria-busy": true });
  const problem = h("p", { class: "problem", role: "alert" });
  const put = (...content: readonly (Node | string)[]) => {
    body.removeAttribute("aria-busy");
    problem.textContent = "";
    body.replaceChildren(...content);
  };
  const orSay = async (action: () => Promise<void>) => {
    const problems = await attempt(action);
    problem.textContent = problems?.whole[0] ?? "";
  };

  const showOff = () => {
    const begin = () =>
      void orSay(async () => {
        const account = await app.session.account();
        const secret = await account.newAuthenticator(SITE_NAME, app.session.person?.email ?? "");
        if (!page.left.aborted) showSetUp(secret.text, secret.link);
      });
    put(h("p", {}, LEAD),
      h("div", { class: "actions" }, h("button", { type: "button", class: "button button-plain", on: { click: begin } }, "Set up an authenticator app")));
  };

  const showSetUp = (secret: string, link: string) => {
    const heading = h("h3", { tabindex: -1 }, "Add this site to your authenticator app");
    const code = codeField("Code that the app shows", "6 digits, new every half minute.");
    put(
      heading,
      h("ol", { class: "instructions" },
        h("li", {}, "On the phone that has the app, ", h("a", { href: link }, "open this link"), ". Or choose “enter a setup key” in the app and type this key:",
          h("code", { class: "secret", role: "group", "aria-label": "Setup key" }, grouped(secret))),
        h("li", {}, "Type the code that the app shows. From then on you need the app to sign in."),
      ),
      form({
        fields: [code.field],
        submit: "Switch on",
        busy: "Checking…",
        extra: h("button", { type: "button", class: "button button-plain", on: { click: showOff } }, "Cancel"),
        send: () =>
          sendWhenRight([code], async () => {
            await (await app.session.account()).switchAuthenticatorOn(codeOf(code.field.control));
            app.shell.notify("From now on, signing in asks for a code of your app.");
            showOn();
          }),
      }),
    );
    heading.focus();
  };

  const showOn = () => {
    const switchOff = async () => {
      const done = await confirmAndRun({
        heading: "Switch the second step off?",
        detail: "Whoever knows your password can then sign in as you.",
        agree: "Switch off",
        busy: "Switching off…",
        action: async () => (await app.session.account()).switchAuthenticatorOff(),
        inWords: (error) => {
          if (error instanceof AccountError) return error.message;
          throw error;
        },
        left: page.left,
      });
      if (!done) return;
      showOff();
      app.shell.notify("Signing in asks for your password only.");
    };
    put(
      h("p", {}, "It is on: signing in asks for a code of your authenticator app."),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button button-plain button-warn", on: { click: () => void switchOff() } }, "Switch off")),
    );
  };

  body.append(h("p", { role: "status" }, "Asking…"));
  void orSay(async () => {
    const isOn = await (await app.session.account()).hasAuthenticator();
    if (isOn) showOn();
    else showOff();
  });
  return h("section", { class: "panel", "aria-labelledby": "authenticator-heading" },
    h("h2", { id: "authenticator-heading" }, "Second step at sign-in"), body, problem);
}

/** In groups of four, which is how one types a long key. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
