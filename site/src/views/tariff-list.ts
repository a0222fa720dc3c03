import { isSame, type Product } from "../api/catalog.ts";
import type { App } from "../app.ts";
import { paths, SITE_NAME } from "../places.ts";
import { formatPrice, perUnit } from "../money.ts";
import type { Page, View } from "../router.ts";
import { fill, h, type Child } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { notice, showWhenRead } from "../ui/states.ts";

const SKELETONS = 6;

/** All tariffs, sorted by name, with a search in what is shown. */
export function tariffListView(app: App, page: Page): View {
  const region = h("section", { class: "tariffs", "aria-label": "Tariffs" });
  const element = h("div", {},
    h("div", { class: "hero" },
      h("div", { class: "hero-text" },
        h("h1", {}, "Energy at a price you can read"),
        h("p", {}, "Every tariff we offer and what a unit costs. No small print, no teaser rates."),
      ),
      h("div", { class: "hero-picture", "aria-hidden": true }),
    ),
    region,
  );
  const { known } = app.catalog;
  if (known) {
    region.replaceChildren(...listing(app, page));
    // What is shown may have aged; a failure to refresh it is no reason to take it away.
    app.catalog.list(page.left).then(
      (fresh) => {
        if (!page.left.aborted && !isSame(fresh, known)) region.replaceChildren(...listing(app, page));
      },
      () => undefined,
    );
  } else {
    void showWhenRead(region, {
      read: () => app.catalog.list(page.left),
      waiting: () => skeletons(app),
      show: () => listing(app, page),
      what: "the tariffs",
      left: page.left,
    });
  }
  return { title: SITE_NAME, element };
}

function listing(app: App, page: Page): readonly Node[] {
  const products = app.catalog.known ?? [];
  if (products.length === 0) {
    return [
      notice(
        { heading: "No tariffs yet", detail: "There is nothing on offer at the moment. Please come back soon." },
        "kWh",
        addLink(app),
      ),
    ];
  }
  const search = h("input", {
    id: "search", type: "search", autocomplete: "off", placeholder: "Search tariffs",
  });
  const count = h("p", { class: "count", role: "status" });
  const list = h("ul", { class: "cards", role: "list" });
  const more = h("div", { class: "actions actions-center" });

  const show = () => {
    const words = search.value.toLocaleLowerCase("en-GB").split(/\s+/);
    const found = (app.catalog.known ?? []).filter(({ name, description }) => {
      const text = `${name} ${description}`.toLocaleLowerCase("en-GB");
      return words.every((word) => text.includes(word));
    });
    count.textContent = found.length === 0 ? "No tariff matches your search." : counted(found.length);
    fill(list, found.map(card));
  };
  const continueListing = () => {
    void showWhenRead(more, {
      read: () => app.catalog.listMore(page.left),
      waiting: () => [h("p", {}, "Loading more tariffs…")],
      show: () => {
        show();
        return moreButton();
      },
      what: "more tariffs",
      left: page.left,
    });
  };
  const moreButton = () =>
    app.catalog.hasMore
      ? [h("button", { type: "button", class: "button button-plain", on: { click: continueListing } }, "Show more")]
      : [];

  search.addEventListener("input", show);
  show();
  more.replaceChildren(...moreButton());
  return [
    h("div", { class: "toolbar" },
      h("div", { class: "search" },
        h("label", { for: search.id, class: "visually-hidden" }, "Search tariffs"), icon("search"), search),
      count,
      addLink(app),
    ),
    list,
    more,
  ];
}

function card({ productId, name, description, price, currency, unit }: Product): HTMLElement {
  return h("li", { class: "card" },
    h("h2", { class: "card-name" }, h("a", { href: paths.tariff(productId) }, name)),
    h("p", { class: "price" },
      h("span", { class: "price-amount" }, formatPrice(price, currency)), " ",
      h("span", { class: "price-unit" }, icon(unit), perUnit(unit)),
    ),
    h("p", { class: "card-description" }, description),
  );
}

function addLink({ session }: App): Child {
  return session.can("write", "products") &&
    h("a", { class: "button", href: paths.addTariff }, icon("add"), "Add a tariff");
}

function counted(number: number): string {
  return number === 1 ? "1 tariff" : `${number} tariffs`;
}

function skeletons(app: App): readonly Node[] {
  const bar = (size: string) => h("span", { class: `bone bone-${size}` });
  return [
    h("div", { class: "toolbar" },
      h("div", { class: "search" }, bar("field")),
      h("p", { class: "count", role: "status" }, "Loading tariffs…"),
      addLink(app),
    ),
    h("ul", { class: "cards", role: "list", "aria-hidden": true },
      Array.from({ length: SKELETONS }, () =>
        h("li", { class: "card" }, bar("name"), bar("price"), bar("line"), bar("line")),
      ),
    ),
  ];
}
