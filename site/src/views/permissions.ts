import { ApiError } from "../api/client.ts";
import { checkedPermissions } from "../api/identity.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { isAction, isResource, type Permission } from "../auth/permissions.ts";
import { SessionExpired } from "../auth/person.ts";
import type { Page, Redirect, View } from "../router.ts";
import { fill, h } from "../ui/dom.ts";
import { field, form, hasProblems, type Problems } from "../ui/form.ts";
import { icon } from "../ui/icons.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { orSignIn, unlessAllowed } from "./guard.ts";
import { writeProblem } from "./write-problem.ts";

const SUGGESTED = ["write:products", "list:users", "grant:permissions", "run:campaigns"];

/** What somebody may do: seen, granted and taken away by those who may grant permissions. */
export function permissionsView(app: App, page: Page, userId: string): View | Redirect {
  const refused = unlessAllowed(app, page, "grant", "permissions");
  if (refused) return refused;
  const user = app.identity.users?.find((one) => one.userId === userId);
  const region = h("div", {});
  void showWhenRead(region, {
    read: () => orSignIn(app, page, () => app.identity.permissions(userId, page.left)),
    waiting: () => [h("p", { role: "status" }, "Loading the permissions…")],
    show: (granted) => editor(app, page, userId, granted),
    onError: (error) =>
      error instanceof ApiError && [400, 404].includes(error.status)
        ? notice({ heading: "There is no such user", detail: "The account may have been deleted." }, "search")
        : undefined,
    what: "the permissions",
    left: page.left,
  });
  return {
    title: "Permissions",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.users }, icon("back"), "All users"),
      h("h1", {}, "Permissions"),
      h("p", { class: "lead" }, user ? ["Of ", h("strong", {}, user.email), ", "] : "Of this user, ", "beside what their groups may do."),
      region,
    ),
  };
}

function editor(app: App, page: Page, userId: string, first: readonly Permission[]): readonly Node[] {
  let granted = first;
  const list = h("ul", { class: "grants", role: "list" });
  const none = h("p", { class: "hint" }, "Nothing yet.");
  const problem = h("p", { class: "problem", role: "alert" });

  /** Store a new list; shows what is stored, or throws. */
  const store = async (wanted: readonly Permission[]) => {
    try {
      granted = await orSignIn(app, page, () => app.identity.replacePermissions(userId, wanted));
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && error.current) {
        granted = checkedPermissions(error.current);
        show();
      }
      throw error;
    }
    show();
  };
  const remove = async (permission: Permission) => {
    problem.textContent = "";
    try {
      await store(granted.filter((one) => compact(one) !== compact(permission)));
      app.shell.notify(`${compact(permission)} was taken away.`);
      region.focus({ preventScroll: true });
    } catch (error) {
      if (!(error instanceof SessionExpired)) problem.textContent = writeProblem(error, "This user");
    }
  };
  const show = () => {
    none.hidden = granted.length > 0;
    fill(list, granted.map((permission) =>
      h("li", { class: "grant" },
        h("code", {}, compact(permission)),
        h("button", { type: "button", class: "button button-plain button-warn", on: { click: () => void remove(permission) } },
          icon("remove"), h("span", {}, "Take away", h("span", { class: "visually-hidden" }, ` ${compact(permission)}`))),
      )));
  };
  show();
  const region = h("section", { class: "panel", "aria-labelledby": "granted-heading", tabindex: -1 },
    h("h2", { id: "granted-heading" }, "Granted"), none, list, problem);
  return [
    region,
    h("section", { class: "panel", "aria-labelledby": "grant-heading" },
      h("h2", { id: "grant-heading" }, "Grant something"),
      grantForm(app, (permission) => store([...granted, permission]), () => granted),
    ),
    h("p", { class: "hint apart" }, "It holds from the next time the person’s session is renewed: at once in an open window of theirs, after 15 minutes at the latest."),
  ];
}

function grantForm(
  app: App,
  grant: (permission: Permission) => Promise<void>,
  granted: () => readonly Permission[],
): HTMLFormElement {
  const action = h("input", { id: "action", name: "action", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", required: true });
  const resource = h("input", { id: "resource", name: "resource", type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", required: true });
  const chips = SUGGESTED.map((suggested) => {
    const choose = () => {
      [action.value = "", resource.value = ""] = suggested.split(":");
      showMeaning();
    };
    return h("button", { type: "button", class: "chip", on: { click: choose } }, suggested);
  });
  const meaning = h("p", { class: "meaning", role: "status" });
  const typed = (): Permission => ({ action: action.value.trim(), resource: resource.value.trim() });
  const showMeaning = () => {
    meaning.textContent = inWords(typed());
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.textContent === compact(typed())));
  };
  for (const input of [action, resource]) input.addEventListener("input", showMeaning);
  showMeaning();
  const fields = [
    field(action, { label: "Action", hint: "What may be done, for example write. A * stands for any characters." }),
    field(resource, { label: "Resource", hint: "With what, for example products. A * stands for any characters here too." }),
  ];
  return form({
    before: h("div", { class: "chips", role: "group", "aria-label": "Suggested permissions" }, chips),
    fields,
    after: meaning,
    submit: "Grant",
    busy: "Granting…",
    send: async (): Promise<Problems | void> => {
      const permission = typed();
      const problems = problemsOf(permission);
      if (hasProblems(problems)) return problems;
      try {
        await grant(permission);
      } catch (error) {
        if (error instanceof SessionExpired) return;
        return { fields: new Map(), whole: refusals(error) };
      }
      const isListed = granted().some((one) => compact(one) === compact(permission));
      app.shell.notify(isListed ? `${compact(permission)} was granted.` : `${compact(permission)} is covered by another permission already.`);
      action.value = resource.value = "";
      showMeaning();
    },
  });
}

function problemsOf({ action, resource }: Permission): Problems {
  const fields = new Map<string, string>();
  if (!isAction(action)) fields.set("action", "Enter an action of 1 to 64 letters, digits, _, - or *.");
  if (!isResource(resource)) fields.set("resource", "Enter a resource of 1 to 128 letters, digits, _, -, /, . or *.");
  return { fields, whole: [] };
}

/** Each thing that the API has against the list, or why nobody knows. */
function refusals(error: unknown): readonly string[] {
  if (error instanceof ApiError && error.errors.length > 0) {
    return error.errors.map(({ field: name, detail }) => `${name} ${detail}`);
  }
  return [writeProblem(error, "This user")];
}

function inWords({ action, resource }: Permission): string {
  if (!isAction(action) || !isResource(resource)) return "";
  const [what, where] = [action, resource].map((pattern) =>
    pattern === "*" ? "everything" : pattern.includes("*") ? `whatever fits ${pattern}` : pattern);
  return `Grants ${what} on ${where}.`;
}

function compact({ action, resource }: Permission): string {
  return `${action}:${resource}`;
}
