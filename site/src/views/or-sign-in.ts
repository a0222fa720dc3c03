import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";

/** Runs what changes something; whose session has ended is sent to sign in, and comes back to this page. */
export function useOrSignIn(page: Page): <T>(action: () => Promise<T>) => Promise<T> {
  const { router } = useApp();
  return async (action) => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof SessionExpired && !page.left.aborted) router.go(paths.signIn(page.path, { expired: true }), { replace: true });
      throw error;
    }
  };
}
