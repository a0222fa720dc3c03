import { paths } from "../app.ts";
import type { View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { notice } from "../ui/states.ts";

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
