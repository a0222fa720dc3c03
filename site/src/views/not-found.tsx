import { paths } from "../places.ts";
import type { View } from "../router.ts";
import * as t from "../.texts/visitor.ts";
import { Broken, Notice } from "../ui/states.tsx";

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

/** For a page whose code is on its way. */
export function loadingView(): View {
  return { title: () => t.loading, content: () => <div class="narrow waiting"><h1>{t.loading}</h1></div> };
}

/** For a page whose code did not arrive. */
export function notLoadedView(error: unknown): View {
  return {
    title: () => t.pageNotLoaded,
    content: () => <Broken error={error} detail={t.checkConnection} />,
  };
}
