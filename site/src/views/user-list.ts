import type { User } from "../api/identity.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import type { Page, Redirect, View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { orSignIn, unlessAllowed } from "./guard.ts";

const STATUSES: Readonly<Record<string, string>> = {
  CONFIRMED: "Confirmed",
  UNCONFIRMED: "Not confirmed yet",
  FORCE_CHANGE_PASSWORD: "Invited",
  RESET_REQUIRED: "Must set a new password",
  EXTERNAL_PROVIDER: "Of an outside provider",
};

/** Everybody who has an account, for those who may list users. */
export function userListView(app: App, page: Page): View | Redirect {
  const refused = unlessAllowed(app, page, "list", "users");
  if (refused) return refused;
  const region = h("section", { "aria-label": "Users" });
  if (app.identity.users) {
    region.replaceChildren(...listing(app, page));
  } else {
    void showWhenRead(region, {
      read: () => orSignIn(app, page, () => app.identity.listUsers(page.left)),
      waiting: () => [h("p", { role: "status" }, "Loading the users…")],
      show: () => listing(app, page),
      what: "the users",
      left: page.left,
    });
  }
  return {
    title: "Users",
    element: h("div", {},
      h("h1", {}, "Users"),
      h("p", { class: "lead" }, "Everybody who has an account, with the groups they are in."),
      region,
    ),
  };
}

function listing(app: App, page: Page): readonly Node[] {
  const known = app.identity.users ?? [];
  if (known.length === 0) return [notice({ heading: "No users yet", detail: "Nobody has made an account." }, "person")];
  const row = userRow(app.session.can("grant", "permissions"));
  const list = h("ul", { class: "users", role: "list" }, known.map(row));
  const more = h("div", { class: "actions actions-center" });
  const continueListing = () => {
    void showWhenRead(more, {
      read: () => orSignIn(app, page, () => app.identity.listMoreUsers(page.left)),
      waiting: () => [h("p", { role: "status" }, "Loading more users…")],
      show: (all) => {
        const added = all.slice(list.children.length).map(row);
        list.append(...added);
        // The button is gone or moved on: the focus goes to what it brought.
        added[0]?.querySelector("a")?.focus({ preventScroll: true });
        return moreButton();
      },
      what: "more users",
      left: page.left,
    });
  };
  const moreButton = () =>
    app.identity.hasMoreUsers
      ? [h("button", { type: "button", class: "button button-plain", on: { click: continueListing } }, "Show more")]
      : [];
  more.replaceChildren(...moreButton());
  return [list, more];
}

function userRow(mayGrant: boolean): (user: User) => HTMLElement {
  return ({ userId, email, groups, status }) =>
    h("li", { class: "user" },
      h("div", { class: "user-name" },
        h("span", { class: "user-email" }, email),
        h("span", { class: "hint" }, STATUSES[status] ?? status),
      ),
      h("div", { class: "user-groups" }, groups.map((name) => h("span", { class: "tag" }, name))),
      mayGrant && h("a", { class: "user-link", href: paths.permissions(userId) },
        "Permissions", h("span", { class: "visually-hidden" }, ` of ${email}`)),
    );
}
