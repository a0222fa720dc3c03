import { paths, type App } from "../app.ts";
import type { Page, Redirect, View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { notice } from "../ui/states.ts";

/**
 * What somebody sees instead of a page for administrators; undefined for administrators. A courtesy
 * only: the API decides.
 */
export function unlessAdministrator({ session }: App, page: Page): View | Redirect | undefined {
  if (session.isAdministrator) return undefined;
  if (!session.person) return { redirect: paths.signIn(page.path) };
  return {
    title: "Not allowed",
    element: notice(
      {
        heading: "This page is for administrators",
        detail: `You are signed in as ${session.person.email}, which may look at tariffs but not change them.`,
        level: 1,
      },
      "alert",
      h("a", { class: "button", href: paths.tariffs }, "See all tariffs"),
    ),
  };
}
