// Starts the site: configuration, then the shell, then the view of the address.

import { ApiClient } from "./api/client.ts";
import { Catalog } from "./api/catalog.ts";
import { Vouchers } from "./api/vouchers.ts";
import { paths, SITE_NAME, type App } from "./app.ts";
import { Session } from "./auth/session.ts";
import { ConfigError, loadConfig, type Config } from "./config.ts";
import { Router, type Route } from "./router.ts";
import { h } from "./ui/dom.ts";
import { Shell } from "./ui/shell.ts";
import { failure } from "./ui/states.ts";
import { buyVoucherView } from "./views/buy-voucher.ts";
import { notFoundView } from "./views/not-found.ts";
import { signInView } from "./views/sign-in.ts";
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
  const catalog = new Catalog(new ApiClient(config.apis.catalog, session));
  const vouchers = config.apis.vouchers ? new Vouchers(new ApiClient(config.apis.vouchers, session)) : undefined;
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
    routes: [...tariffRoutes(() => app), ...(vouchers ? voucherRoutes(() => app, vouchers) : [])],
    notFound: () => notFoundView(),
  });
  const app: App = { session, catalog, router, shell };

  session.onChange((cause) => {
    vouchers?.forget();
    shell.showPerson();
    if (cause === "elsewhere") router.refresh();
  });
  root.replaceChildren(shell.element);
  router.start();
  void session.restore();
}

function tariffRoutes(app: () => App): readonly Route[] {
  return [
    { pattern: paths.tariffs, view: (_, page) => tariffListView(app(), page) },
    { pattern: "/tariffs/:productId", view: (params, page) => tariffView(app(), page, params["productId"] ?? "") },
    { pattern: "/tariffs/:productId/change", view: (params, page) => changeTariffView(app(), page, params["productId"] ?? "") },
    { pattern: paths.addTariff, view: (_, page) => addTariffView(app(), page) },
    { pattern: "/sign-in", view: (_, page) => signInView(app(), page) },
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
