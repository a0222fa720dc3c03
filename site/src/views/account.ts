import type { Profile } from "../api/identity.ts";
import type { App } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import type { Page, Redirect, View } from "../router.ts";
import { newPasswordField, passwordField, sendWhenRight } from "../ui/account-form.ts";
import { h } from "../ui/dom.ts";
import { field, fieldProblems, form, type Problems } from "../ui/form.ts";
import { showWhenRead } from "../ui/states.ts";
import { authenticatorPanel } from "./authenticator.ts";
import { orSignIn, unlessSignedIn } from "./guard.ts";
import { conflict, writeProblem } from "./write-problem.ts";

const LONGEST_NAME = 100;

const TITLES: Readonly<Record<string, string>> = { displayName: "The name", phone: "The phone number", newsletter: "The newsletter" };

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

/** What somebody tells of themselves, and what keeps their account safe. */
export function accountView(app: App, page: Page): View | Redirect {
  const refused = unlessSignedIn(app, page);
  if (refused) return refused;
  const { person } = app.session;
  const details = h("div", { class: "panel panel-details" });
  void showWhenRead(details, {
    read: () => orSignIn(app, page, () => app.identity.profile(page.left)),
    waiting: () => [h("h2", {}, "Your details"), h("p", { role: "status" }, "Loading your details…")],
    show: (profile) => [
      h("h2", {}, "Your details"),
      profileForm(app, page, profile),
      h("p", { class: "hint" }, "With us since ", h("time", { datetime: profile.createdAt }, dates.format(new Date(profile.createdAt)))),
    ],
    what: "your details",
    left: page.left,
  });
  return {
    title: "Your account",
    element: h("div", { class: "narrow" },
      h("h1", {}, "Your account"),
      h("p", { class: "lead" }, "You sign in as ", h("strong", {}, person?.email ?? ""), "."),
      details,
      // An outside provider keeps the password, and the second step, of its own accounts.
      person?.isFromOutside ? undefined : [passwordPanel(app), authenticatorPanel(app, page)],
    ),
  };
}

function profileForm(app: App, page: Page, profile: Profile): HTMLFormElement {
  const name = field(
    h("input", { id: "display-name", name: "displayName", type: "text", autocomplete: "name" }),
    { label: "Name (optional)", hint: "What we call you." },
  );
  const phone = field(
    h("input", { id: "phone", name: "phone", type: "tel", autocomplete: "tel" }),
    { label: "Phone number (optional)", hint: "With the code of the country, for example +44 1632 960123." },
  );
  const newsletter = h("input", { id: "newsletter", name: "newsletter", type: "checkbox" });
  name.control.value = profile.displayName;
  phone.control.value = profile.phone;
  newsletter.checked = profile.newsletter;
  const send = async (): Promise<Problems | void> => {
    const displayName = name.control.value.trim();
    if ([...displayName].length > LONGEST_NAME) {
      return { fields: new Map([["displayName", `Enter a name of at most ${LONGEST_NAME} characters.`]]), whole: [] };
    }
    const draft = { displayName, phone: dialled(phone.control.value), newsletter: newsletter.checked };
    try {
      const saved = await orSignIn(app, page, () => app.identity.replaceProfile(draft));
      phone.control.value = saved.phone;
      app.shell.notify("Your details were saved.");
    } catch (error) {
      if (error instanceof SessionExpired) return;
      const changed = conflict(error, draft, (one) => TITLES[one] ?? one);
      if (changed) return { fields: new Map(), whole: changed };
      return fieldProblems(error, [name, phone], (one) => TITLES[one] ?? one) ?? { fields: new Map(), whole: [writeProblem(error, "Your account")] };
    }
  };
  return form({
    fields: [name, phone],
    after: h("div", { class: "tick" }, newsletter, h("label", { for: newsletter.id }, "Send me news about tariffs, once a month at most")),
    submit: "Save",
    busy: "Saving…",
    send,
  });
}

/** People group the digits of a number; the API takes it without. */
function dialled(typed: string): string {
  return typed.replace(/[\s().-]/g, "").replace(/^00/, "+");
}

function passwordPanel(app: App): HTMLElement {
  const before = passwordField("Present password");
  const after = newPasswordField("New password");
  const element = form({
    fields: [before.field, after.field],
    submit: "Change the password",
    busy: "Changing…",
    send: () =>
      sendWhenRight([before, after], async () => {
        const account = await app.session.account();
        await account.changePassword(before.field.control.value, after.field.control.value);
        for (const { control } of [before.field, after.field]) {
          control.value = "";
          control.dispatchEvent(new Event("input"));
        }
        app.shell.notify("Your password was changed.");
      }),
  });
  return h("section", { class: "panel", "aria-labelledby": "password-heading" },
    h("h2", { id: "password-heading" }, "Password"), element);
}
