import { paths } from "../places.ts";
import type { View } from "../router.ts";
import { Failure, Notice } from "../ui/states.tsx";

/** For an address that leads nowhere. */
export function notFoundView(): View {
  return {
    title: "Page not found",
    content: (
      <Notice heading="We could not find that page" detail="The address may be mistyped, or the page may have moved." level={1} icon="search">
        <a class="button" href={paths.tariffs}>See all tariffs</a>
      </Notice>
    ),
  };
}

/** For a page whose code is on its way. */
export function loadingView(): View {
  return { title: "Loading", content: <div class="narrow"><h1>Loading the page…</h1></div> };
}

/** For a page whose code did not arrive. */
export function notLoadedView(error: unknown): View {
  return {
    title: "Page not loaded",
    content: <Failure heading="We could not load this page" detail="Check your connection and try again." level={1} error={error} retry={() => window.location.reload()} />,
  };
}
