import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { SessionExpired } from "../auth/person.ts";
import type { Page, Redirect, View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { notice } from "../ui/states.ts";

/**
 * What somebody sees instead of a page that needs a permission; undefined for who has it. A courtesy
 * only: the API decides.
 */
export function unlessAllowed({ session }: App, page: Page, action: string, resource: string): View | Redirect | undefined {
  if (session.can(action, resource)) return undefined;
  if (!session.person) return { redirect: paths.signIn(page.path) };
  return {
    title: "Not allowed",
    element: notice(
      {
        heading: "Your account may not use this page",
        detail: `You are signed in as ${session.person.email}. This page needs the permission ${action}:${resource}, which an administrator can grant.`,
        level: 1,
      },
      "alert",
      h("a", { class: "button", href: paths.tariffs }, "See all tariffs"),
    ),
  };
}

/** Where somebody goes who is not signed in; undefined for everybody else. */
export function unlessSignedIn({ session }: App, page: Page): Redirect | undefined {
  return session.person ? undefined : { redirect: paths.signIn(page.path) };
}

/** What `read` answers; whose session has ended is sent to sign in, and comes back to this page. */
export async function orSignIn<T>({ router }: App, page: Page, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SessionExpired && !page.left.aborted) {
      router.go(paths.signIn(page.path, { expired: true }), { replace: true });
    }
    throw error;
  }
}
