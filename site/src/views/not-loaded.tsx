import type { View } from "../router.ts";
import * as t from "../texts/visitor.ts";
import { Failure } from "../ui/states.tsx";

/** For a page whose code is on its way. */
export function loadingView(): View {
  return { title: () => t.loading, content: () => <div class="narrow"><h1>{t.loading}</h1></div> };
}

/** For a page whose code did not arrive. */
export function notLoadedView(error: unknown): View {
  return {
    title: () => t.pageNotLoaded,
    content: () => <Failure heading={t.pageNotLoaded} detail={t.checkConnection} level={1} error={error} retry={() => window.location.reload()} />,
  };
}
