// Starts the site: configuration, then the frame, then the view of the address.

import { options, render } from "preact";
import { ApiClient } from "./api/client.ts";
import { Catalog } from "./api/catalog.ts";
import { AppContext, type App } from "./app.ts";
import { Session } from "./auth/session.ts";
import { ConfigError, loadConfig, type Config } from "./config.ts";
import { askEarly } from "./early.ts";
import { language, LOCALES } from "./language.ts";
import type { Member } from "./member.ts";
import { paths, SITE_NAME } from "./places.ts";
import { newQueries } from "./queries.ts";
import { Router } from "./router.ts";
import * as t from "./.texts/visitor.ts";
import { keepFocus } from "./ui/focus.ts";
import { Notices } from "./ui/notices.ts";
import { Shell } from "./ui/shell.tsx";
import { Failure } from "./ui/states.tsx";
import { loadingView, notFoundView, notLoadedView } from "./views/not-found.tsx";
import { TariffList } from "./views/tariff-list.tsx";
import { Tariff } from "./views/tariff.tsx";

async function boot(root: HTMLElement): Promise<void> {
  const settings = loadConfig();
  // Said below, if the texts come.
  settings.catch(() => undefined);
  askEarly(window.location.pathname);
  try {
    await t.load();
  } catch (error) {
    console.error(error);
    // Without a text to say it with: the page brings one.
    document.querySelector("#not-started")?.removeAttribute("hidden");
    return;
  }
  language.subscribe((spoken) => {
    document.documentElement.lang = LOCALES[spoken];
    const description = document.querySelector<HTMLMetaElement>("[name=description]");
    if (description) description.content = description.dataset[spoken] ?? "";
  });
  try {
    start(root, await settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    const detail = t.startFailedWhy({ reason: error.message });
    render(<main class="page"><Failure heading={t.startFailed} detail={detail} retry={() => window.location.reload()} level={1} /></main>, root);
  }
}

function start(root: HTMLElement, config: Config): void {
  const session = new Session(config);
  const queries = newQueries(() => router.go(paths.signIn(window.location.pathname + window.location.search, { expired: true }), { replace: true }));
  const router = new Router({
    siteName: SITE_NAME,
    routes: [
      { pattern: paths.tariffs, view: () => ({ title: SITE_NAME, content: () => <TariffList /> }) },
      { pattern: "/tariffs/:productId", view: ({ productId = "" }, page) => ({ title: () => t.tariff, content: () => <Tariff productId={productId} page={page} /> }) },
    ],
    further: async () => (await import("./routes.tsx")).routesOf(session, config, () => member()),
    notFound: notFoundView,
    loading: loadingView,
    notLoaded: notLoadedView,
  });
  const catalog = new Catalog(new ApiClient(config.apis.catalog, session), queries);
  const app: App = { config, session, queries, router, catalog, notices: new Notices() };
  let loaded: Member | undefined;
  const member = async () => {
    const { newMember } = await import("./member.ts");
    return (loaded ??= newMember(app));
  };

  let userId: string | undefined;
  /** Listen to what happens to who is signed in; nothing is kept for the next one. */
  const follow = () => {
    userId = session.person?.userId;
    loaded?.vouchers?.forget();
    loaded?.live.follow(userId);
    if (userId && !loaded) void member().then(({ live }) => live.follow(session.person?.userId), console.error);
  };
  session.onChange((cause) => {
    const isSomebodyElse = session.person?.userId !== userId;
    if (isSomebodyElse) {
      queries.removeQueries({ predicate: ({ queryKey }) => !PUBLIC.includes(queryKey[0]) });
      follow();
    }
    // Only what one may do has changed: what was typed into a form is worth more than the news.
    if (isSomebodyElse ? cause === "elsewhere" : router.shown.value.isGuarded && !document.querySelector("main form")) router.refresh();
  });
  const signOut = () => {
    router.go(paths.tariffs);
    app.notices.notify(t.signedOut);
    session.signOut().catch(() => {
      app.notices.notify(t.signedOutHere);
    });
  };
  render(<AppContext.Provider value={app}><Shell onSignOut={signOut} /></AppContext.Provider>, root);
  keepFocus(root);
  router.start();
  language.subscribe(() => router.setTitle());
  follow();
  void session.restore();
}

/** Another language makes every component another one, so that whatever is drawn once is drawn again. */
const { vnode: made } = options;
options.vnode = (vnode) => {
  if (typeof vnode.type === "function") (vnode.props as { language?: string }).language = language.peek();
  made?.(vnode);
};

/** What the cache may keep for whoever signs in next. */
const PUBLIC: readonly unknown[] = ["tariffs", "tariff", "contracts"];

const root = document.querySelector<HTMLElement>("#app");
if (!root) throw new Error("index.html must hold an element with the id app");
void boot(root);
