// Starts the site: configuration, then the shell, then the view of the address.

import { ApiClient } from "./api/client.ts";
import { Catalog } from "./api/catalog.ts";
import { Identity } from "./api/identity.ts";
import { Vouchers } from "./api/vouchers.ts";
import type { App } from "./app.ts";
import { paths, SITE_NAME } from "./places.ts";
import { Session } from "./auth/session.ts";
import { ConfigError, loadConfig, type Config } from "./config.ts";
import { Live } from "./push/live.ts";
import { takeUp } from "./push/news.ts";
import { Router, type Route } from "./router.ts";
import { tabStorage } from "./storage.ts";
import { h } from "./ui/dom.ts";
import { Shell } from "./ui/shell.ts";
import { failure } from "./ui/states.ts";
import { buyVoucherView } from "./views/buy-voucher.ts";
import { notFoundView, notLoadedView } from "./views/not-found.ts";
import { addTariffView, changeTariffView } from "./views/tariff-form.ts";
import { tariffListView } from "./views/tariff-list.ts";
import { tariffView } from "./views/tariff.ts";
import { voucherListView } from "./views/voucher-list.ts";
import { voucherView } from "./views/voucher.ts";

async function boot(root: HTMLElement): Promise<void> {
  let config: Config;
  try {
    config = await loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    root.replaceChildren(
      h("main", { class: "page" },
        failure({
          heading: "The site cannot start",
          detail: `Its settings could not be loaded (${error.message}). Please try again in a moment.`,
          retry: () => window.location.reload(),
          level: 1,
        }),
      ),
    );
    return;
  }
  start(root, config);
}

function start(root: HTMLElement, config: Config): void {
  const session = new Session(config);
  const identity = new Identity(new ApiClient(config.apis.identity, session));
  const catalog = new Catalog(new ApiClient(config.apis.catalog, session));
  const vouchers = config.apis.vouchers ? new Vouchers(new ApiClient(config.apis.vouchers, session)) : undefined;
  const live = new Live({ url: config.webSocketUrl, ticket: () => identity.ticket(), storage: tabStorage() });
  const shell = new Shell({
    session,
    sellsVouchers: vouchers !== undefined,
    onSignOut: () => {
      router.go(paths.tariffs);
      shell.notify("You are signed out.");
      session.signOut().catch(() => {
        shell.notify("You are signed out here, but other devices may stay signed in: the sign-in service gave no answer.");
      });
    },
  });
  const router = new Router(shell.main, {
    siteName: SITE_NAME,
    routes: [...tariffRoutes(() => app), ...accountRoutes(() => app), ...(vouchers ? voucherRoutes(() => app, vouchers) : [])],
    notFound: notFoundView,
    notLoaded: notLoadedView,
  });
  const app: App = { session, identity, catalog, live, router, shell };

  let userId = session.person?.userId;
  session.onChange((cause) => {
    shell.showPerson();
    const isSomebodyElse = session.person?.userId !== userId;
    if (isSomebodyElse) {
      userId = session.person?.userId;
      vouchers?.forget();
      identity.forget();
      live.follow(userId);
    }
    // Only what one may do has changed: what was typed into a form is worth more than the news.
    if (isSomebodyElse ? cause === "elsewhere" : !shell.main.querySelector("form")) router.refresh();
  });
  live.onMessage((message) => {
    takeUp(message, app, vouchers).catch((error: unknown) => console.warn(error));
  });
  root.replaceChildren(shell.element);
  router.start();
  live.follow(userId);
  void session.restore();
}

function tariffRoutes(app: () => App): readonly Route[] {
  return [
    { pattern: paths.tariffs, view: (_, page) => tariffListView(app(), page) },
    { pattern: "/tariffs/:productId", view: (params, page) => tariffView(app(), page, params["productId"] ?? "") },
    { pattern: "/tariffs/:productId/change", view: (params, page) => changeTariffView(app(), page, params["productId"] ?? "") },
    { pattern: paths.addTariff, view: (_, page) => addTariffView(app(), page) },
  ];
}

/** Views that most visitors never open: each comes when it is. */
function accountRoutes(app: () => App): readonly Route[] {
  const signIn = () => import("./views/sign-in.ts");
  return [
    { pattern: "/sign-in", view: async (_, page) => (await signIn()).signInView(app(), page) },
    { pattern: paths.signUp, view: async (_, page) => (await signIn()).signUpView(app(), page) },
    { pattern: paths.forgottenPassword, view: async (_, page) => (await signIn()).forgottenPasswordView(app(), page) },
    { pattern: paths.account, view: async (_, page) => (await import("./views/account.ts")).accountView(app(), page) },
    { pattern: paths.users, view: async (_, page) => (await import("./views/user-list.ts")).userListView(app(), page) },
    {
      pattern: "/users/:userId/permissions",
      view: async ({ userId = "" }, page) => (await import("./views/permissions.ts")).permissionsView(app(), page, userId),
    },
  ];
}

function voucherRoutes(app: () => App, vouchers: Vouchers): readonly Route[] {
  return [
    { pattern: paths.vouchers, view: (_, page) => voucherListView(app(), vouchers, page) },
    { pattern: "/vouchers/:voucherId", view: (params, page) => voucherView(app(), vouchers, page, params["voucherId"] ?? "") },
    { pattern: paths.buyVoucher, view: (_, page) => buyVoucherView(app(), vouchers, page) },
  ];
}

const root = document.querySelector<HTMLElement>("#app");
if (!root) throw new Error("index.html must hold an element with the id app");
void boot(root);
