import { paths } from "../places.ts";
import type { View } from "../router.ts";
import * as t from "../texts/nothing.ts";
import { Notice } from "../ui/states.tsx";

/** For an address that leads nowhere. */
export function notFoundView(): View {
  return {
    title: () => t.pageNotFound,
    content: () => (
      <Notice heading={t.pageNotFound} detail={t.pageNotFoundWhy} level={1} icon="search">
        <a class="button" href={paths.tariffs}>{t.seeTariffs}</a>
      </Notice>
    ),
  };
}
