// Who sees a page. A courtesy only: the API decides.

import type { Session } from "../auth/session.ts";
import { paths } from "../places.ts";
import { safeReturn, type Redirect, type ShowView, type View } from "../router.ts";

/** A view for who is signed in; everybody else signs in first, and comes back. */
export function signedIn(session: Session, view: ShowView): ShowView {
  return (params, page) => (session.person ? view(params, page) : { redirect: paths.signIn(page.path) });
}

/** A view for who is not signed in yet; everybody else goes on at once to where it leads. */
export function guest(session: Session, view: ShowView): ShowView {
  return (params, page) => (session.person ? { redirect: safeReturn(page.query.get("next")) } : view(params, page));
}

/** A view for who has a permission. */
export function allowed(session: Session, action: string, resource: string, view: ShowView): ShowView {
  return signedIn(session, async (params, page) => {
    const { person } = session;
    const shown: View | Redirect =
      session.can(action, resource) || !person ? await view(params, page) : (await import("./refused.tsx")).refused(person, `${action}:${resource}`);
    return "redirect" in shown ? shown : { ...shown, isGuarded: true };
  });
}
