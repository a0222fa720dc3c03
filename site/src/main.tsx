// Starts the site: configuration, then the frame, then the view of the address.

import { render, type ComponentChildren } from "preact";
import { ApiClient } from "./api/client.ts";
import { Catalog } from "./api/catalog.ts";
import { AppContext, type App } from "./app.ts";
import { Session } from "./auth/session.ts";
import { ConfigError, loadConfig, type Config } from "./config.ts";
import type { Member } from "./member.ts";
import { paths, SITE_NAME } from "./places.ts";
import { newQueries } from "./queries.ts";
import { Router, type Page, type Params, type Route, type ShowView } from "./router.ts";
import { keepFocus } from "./ui/focus.ts";
import { MemberContext } from "./ui/member.ts";
import { Notices } from "./ui/notices.ts";
import { Shell } from "./ui/shell.tsx";
import { Failure } from "./ui/states.tsx";
import { allowed, guest, signedIn } from "./views/guard.tsx";
import { loadingView, notFoundView, notLoadedView } from "./views/not-found.tsx";
import { TariffList } from "./views/tariff-list.tsx";
import { Tariff } from "./views/tariff.tsx";

async function boot(root: HTMLElement): Promise<void> {
  try {
    start(root, await loadConfig());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    const detail = `Its settings could not be loaded (${error.message}). Please try again in a moment.`;
    render(<main class="page"><Failure heading="The site cannot start" detail={detail} retry={() => window.location.reload()} level={1} /></main>, root);
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
    app.notices.notify("You are signed out.");
    session.signOut().catch(() => {
      app.notices.notify("You are signed out here, but other devices may stay signed in: the sign-in service gave no answer.");
    });
  };
  render(<AppContext.Provider value={app}><Shell onSignOut={signOut} /></AppContext.Provider>, root);
  keepFocus(root);
  router.start();
  follow();
  void session.restore();
}

/** What the cache may keep for whoever signs in next. */
const PUBLIC: readonly unknown[] = ["tariffs", "tariff", "contracts"];

type Draw<Module> = (module: Module, params: Params, page: Page) => ComponentChildren;

/** Views that most visitors never open come when they are. */
function routesOf(session: Session, config: Config, member: () => Promise<Member>): readonly Route[] {
  const later = <M,>(title: string, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => ({ title, content: draw(await load(), params, page) });
  const forMembers = <M,>(title: string, load: () => Promise<M>, draw: Draw<M>): ShowView =>
    async (params, page) => {
      const [module, value] = await Promise.all([load(), member()]);
      return { title, content: <MemberContext.Provider value={value}>{draw(module, params, page)}</MemberContext.Provider> };
    };
  const tariffForm = () => import("./views/tariff-form.tsx");
  const signIn = () => import("./views/sign-in.tsx");
  const routes: Record<string, ShowView> = {
    [paths.tariffs]: () => ({ title: SITE_NAME, content: <TariffList /> }),
    "/tariffs/:productId": ({ productId = "" }, page) => ({ title: "Tariff", content: <Tariff productId={productId} page={page} /> }),
    "/tariffs/:productId/change": allowed(session, "write", "products",
      later("Change a tariff", tariffForm, ({ ChangeTariff }, { productId = "" }, page) => <ChangeTariff productId={productId} page={page} />)),
    [paths.addTariff]: allowed(session, "write", "products",
      later("Add a tariff", tariffForm, ({ AddTariff }, _, page) => <AddTariff page={page} />)),
    "/sign-in": guest(session, later("Sign in", signIn, ({ SignIn }, _, page) => <SignIn page={page} />)),
    "/sign-up": guest(session, later("Make an account", signIn, ({ SignUp }, _, page) => <SignUp page={page} />)),
    "/forgotten-password": guest(session, later("Set a new password", signIn, ({ ForgottenPassword }, _, page) => <ForgottenPassword page={page} />)),
    [paths.account]: signedIn(session,
      forMembers("Your account", () => import("./views/account.tsx"), ({ Account }, _, page) => <Account page={page} />)),
    [paths.users]: allowed(session, "list", "users",
      forMembers("Users", () => import("./views/user-list.tsx"), ({ UserList }) => <UserList />)),
    [paths.developers]: later("For developers", () => import("./views/developers.tsx"), ({ Developers }) => <Developers />),
    [paths.contact()]: later("Contact", () => import("./views/contact.tsx"), ({ Contact }, _, page) => <Contact page={page} />),
    [paths.terms]: later("Terms", () => import("./views/terms.tsx"), ({ Terms }) => <Terms />),
    [paths.privacy]: later("Privacy", () => import("./views/privacy.tsx"), ({ Privacy }) => <Privacy />),
    [paths.status]: later("Status", () => import("./views/status.tsx"), ({ Status }) => <Status />),
    "/users/:userId/permissions": allowed(session, "grant", "permissions",
      forMembers("Permissions", () => import("./views/permissions.tsx"), ({ Permissions }, { userId = "" }, page) => <Permissions userId={userId} page={page} />)),
    ...(config.apis.vouchers && {
      [paths.vouchers]: signedIn(session,
        forMembers("Vouchers", () => import("./views/voucher-list.tsx"), ({ VoucherList }) => <VoucherList />)),
      "/vouchers/:voucherId": signedIn(session,
        forMembers("Voucher", () => import("./views/voucher.tsx"), ({ Voucher }, { voucherId = "" }, page) => <Voucher voucherId={voucherId} page={page} />)),
      [paths.buyVoucher]: signedIn(session,
        forMembers("Buy a voucher", () => import("./views/buy-voucher.tsx"), ({ BuyVoucher }, _, page) => <BuyVoucher page={page} />)),
    }),
    ...(config.apis.campaigns && {
      [paths.campaigns]: allowed(session, "run", "campaigns",
        later("Campaigns", () => import("./views/campaign-list.tsx"), ({ CampaignList }) => <CampaignList />)),
      "/campaigns/:campaignId": allowed(session, "run", "campaigns",
        later("Campaign", () => import("./views/campaign.tsx"), ({ Campaign }, { campaignId = "" }, page) => <Campaign campaignId={campaignId} page={page} />)),
      [paths.startCampaign]: allowed(session, "run", "campaigns",
        later("Write a campaign", () => import("./views/campaign-form.tsx"), ({ WriteCampaign }, _, page) => <WriteCampaign page={page} />)),
    }),
  };
  return Object.entries(routes).map(([pattern, view]) => ({ pattern, view }));
}

const root = document.querySelector<HTMLElement>("#app");
if (!root) throw new Error("index.html must hold an element with the id app");
void boot(root);
