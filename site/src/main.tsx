// Starts the site: configuration, then the frame, then the view of the address.

import { options, render, type ComponentChildren } from "preact";
import { ApiClient } from "./api/client.ts";
import { Catalog } from "./api/catalog.ts";
import { AppContext, type App } from "./app.ts";
import { Session } from "./auth/session.ts";
import { ConfigError, loadConfig, type Config } from "./config.ts";
import { language, LOCALES } from "./language.ts";
import type { Member } from "./member.ts";
import { paths, SITE_NAME } from "./places.ts";
import { newQueries } from "./queries.ts";
import { Router, type Page, type Params, type Route, type ShowView, type Title } from "./router.ts";
import * as t from "./texts/visitor.ts";
import { keepFocus } from "./ui/focus.ts";
import { MemberContext } from "./ui/member.ts";
import { Notices } from "./ui/notices.ts";
import { Shell } from "./ui/shell.tsx";
import { Failure } from "./ui/states.tsx";
import { allowed, guest, signedIn } from "./views/guard.ts";
import { loadingView, notFoundView, notLoadedView } from "./views/not-found.tsx";
import { TariffList } from "./views/tariff-list.tsx";
import { Tariff } from "./views/tariff.tsx";

async function boot(root: HTMLElement): Promise<void> {
  const settings = loadConfig();
  // Said below, if the texts come.
  settings.catch(() => undefined);
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
    routes: routesOf(session, config, () => member()),
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
    if (userId && !loaded) void member().then(({ live }) => live.follow(session.person?.userId), (error: unknown) => console.error(error));
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
const PUBLIC: readonly unknown[] = ["tariffs", "tariff", "contracts", "forecast"];

type Draw<Module> = (module: Module, params: Params, page: Page) => ComponentChildren;

/** Views that most visitors never open come when they are. */
function routesOf(session: Session, config: Config, member: () => Promise<Member>): readonly Route[] {
  const later = <M,>(title: Title, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => {
      const module = await load();
      return { title, content: () => draw(module, params, page) };
    };
  const forMembers = <M,>(title: Title, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => {
      const [module, value] = await Promise.all([load(), member()]);
      return { title, content: () => <MemberContext.Provider value={value}>{draw(module, params, page)}</MemberContext.Provider> };
    };
  const tariffForm = () => import("./views/tariff-form.tsx");
  const signIn = () => import("./views/sign-in.tsx");
  const about: ShowView = async (_, page) => (await import("./views/about.tsx")).aboutView(page);
  const routes: Record<string, ShowView> = {
    [paths.tariffs]: () => ({ title: SITE_NAME, content: () => <TariffList /> }),
    "/tariffs/:productId": ({ productId = "" }, page) => ({ title: () => t.tariff, content: () => <Tariff productId={productId} page={page} /> }),
    "/tariffs/:productId/change": allowed(session, "write", "products",
      later(() => t.changeTariff, tariffForm, ({ ChangeTariff }, { productId = "" }, page) => <ChangeTariff productId={productId} page={page} />)),
    [paths.addTariff]: allowed(session, "write", "products",
      later(() => t.addTariff, tariffForm, ({ AddTariff }, _, page) => <AddTariff page={page} />)),
    "/sign-in": guest(session, later(() => t.signIn, signIn, ({ SignIn }, _, page) => <SignIn page={page} />)),
    "/sign-up": guest(session, later(() => t.makeAccount, signIn, ({ SignUp }, _, page) => <SignUp page={page} />)),
    "/forgotten-password": guest(session, later(() => t.setPassword, signIn, ({ ForgottenPassword }, _, page) => <ForgottenPassword page={page} />)),
    [paths.account]: signedIn(session,
      forMembers(() => t.account, () => import("./views/account.tsx"), ({ Account }, _, page) => <Account page={page} />)),
    [paths.users]: allowed(session, "list", "users",
      forMembers(() => t.users, () => import("./views/user-list.tsx"), ({ UserList }) => <UserList />)),
    ...Object.fromEntries([paths.contact, paths.terms, paths.privacy, paths.status].map((path) => [path, about])),
    [paths.developers]: later(() => t.developers, () => import("./views/developers.tsx"), ({ Developers }) => <Developers />),
    "/users/:userId/permissions": allowed(session, "grant", "permissions",
      forMembers(() => t.permissions, () => import("./views/permissions.tsx"), ({ Permissions }, { userId = "" }, page) => <Permissions userId={userId} page={page} />)),
    ...(config.apis.vouchers && {
      [paths.vouchers]: signedIn(session,
        forMembers(() => t.vouchers, () => import("./views/voucher-list.tsx"), ({ VoucherList }) => <VoucherList />)),
      "/vouchers/:voucherId": signedIn(session,
        forMembers(() => t.voucher, () => import("./views/voucher.tsx"), ({ Voucher }, { voucherId = "" }, page) => <Voucher voucherId={voucherId} page={page} />)),
      [paths.buyVoucher]: signedIn(session,
        forMembers(() => t.buyVoucher, () => import("./views/buy-voucher.tsx"), ({ BuyVoucher }, _, page) => <BuyVoucher page={page} />)),
    }),
    ...(config.apis.campaigns && {
      [paths.campaigns]: allowed(session, "run", "campaigns",
        later(() => t.campaigns, () => import("./views/campaign-list.tsx"), ({ CampaignList }) => <CampaignList />)),
      "/campaigns/:campaignId": allowed(session, "run", "campaigns",
        later(() => t.campaign, () => import("./views/campaign.tsx"), ({ Campaign }, { campaignId = "" }, page) => <Campaign campaignId={campaignId} page={page} />)),
      [paths.startCampaign]: allowed(session, "run", "campaigns",
        later(() => t.writeCampaign, () => import("./views/campaign-form.tsx"), ({ WriteCampaign }, _, page) => <WriteCampaign page={page} />)),
    }),
  };
  return Object.entries(routes).map(([pattern, view]) => ({ pattern, view }));
}

const root = document.querySelector<HTMLElement>("#app");
if (!root) throw new Error("index.html must hold an element with the id app");
void boot(root);
