import { paths } from "../places.ts";
import type { View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { failure, notice } from "../ui/states.ts";

/** For an address that leads nowhere. */
export function notFoundView(): View {
  return {
    title: "Page not found",
    element: notice(
      {
        heading: "We could not find that page",
        detail: "The address may be mistyped, or the page may have moved.",
        level: 1,
      },
      "search",
      h("a", { class: "button", href: paths.tariffs }, "See all tariffs"),
    ),
  };
}

/** For a page whose code did not arrive. */
export function notLoadedView(): View {
  return {
    title: "Page not loaded",
    element: failure({
      heading: "We could not load this page",
      detail: "Check your connection and try again.",
      retry: () => window.location.reload(),
      level: 1,
    }),
  };
}
