// Who sees a page. A courtesy only: the API decides.

import type { Session } from "../auth/session.ts";
import { paths } from "../places.ts";
import { safeReturn, type Page, type Redirect, type ShowView, type View } from "../router.ts";
import * as t from "../texts/visitor.ts";
import { Notice } from "../ui/states.tsx";

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
  return async (params, page) => {
    const shown = session.can(action, resource) ? await view(params, page) : refused(session, page, `${action}:${resource}`);
    return "redirect" in shown ? shown : { ...shown, isGuarded: true };
  };
}

function refused({ person }: Session, page: Page, permission: string): View | Redirect {
  if (!person) return { redirect: paths.signIn(page.path) };
  return {
    title: () => t.notAllowed,
    content: () => (
      <Notice heading={t.notAllowed} level={1} icon="alert"
        detail={t.notAllowedWhy({ email: person.email, permission })}>
        <a class="button" href={paths.tariffs}>{t.seeTariffs}</a>
      </Notice>
    ),
  };
}
