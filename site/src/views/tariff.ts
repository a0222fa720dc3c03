import { isSame, type Product } from "../api/catalog.ts";
import { ApiError } from "../api/client.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { SessionExpired } from "../auth/person.ts";
import { formatPrice, perUnit } from "../money.ts";
import type { Page, View } from "../router.ts";
import { confirmAndRun } from "../ui/confirm.ts";
import { h } from "../ui/dom.ts";
import { icon } from "../ui/icons.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { writeProblem } from "./write-problem.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

/** One tariff; who may write products may change and delete it. */
export function tariffView(app: App, page: Page, productId: string): View {
  const region = h("article", { class: "tariff" });
  const known = app.catalog.known?.find((product) => product.productId === productId);
  const show = (product: Product) => {
    page.setTitle(product.name);
    return details(app, page, product);
  };
  const withdrawn = (error: unknown) => {
    if (!(error instanceof ApiError && [400, 404].includes(error.status))) return undefined;
    app.catalog.forget(productId);
    page.setTitle("Tariff not found");
    return notice(
      { heading: "We do not offer this tariff", detail: "It may have been withdrawn.", level: 1 },
      "search",
    );
  };
  if (known) {
    region.replaceChildren(...show(known));
    // Drawn again only if something changed, so that a button does not lose the focus for nothing.
    app.catalog.get(productId, page.left).then(
      (fresh) => {
        if (!page.left.aborted && !isSame(fresh, known)) region.replaceChildren(...show(fresh));
      },
      (error: unknown) => {
        const gone = withdrawn(error);
        if (gone && !page.left.aborted) region.replaceChildren(gone);
      },
    );
  } else {
    void showWhenRead(region, {
      read: () => app.catalog.get(productId, page.left),
      waiting: skeleton,
      show: (product) => {
        app.shell.announce(product.name);
        return show(product);
      },
      onError: withdrawn,
      what: "this tariff",
      level: 1,
      left: page.left,
    });
  }
  return {
    title: known?.name ?? "Tariff",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.tariffs }, icon("back"), "All tariffs"),
      region,
    ),
  };
}

function details(app: App, page: Page, product: Product): readonly Node[] {
  const { productId, name, description, price, currency, unit, updatedAt } = product;
  return [
    h("h1", {}, name),
    h("div", { class: "panel" },
      h("p", { class: "price price-large" },
        h("span", { class: "price-amount" }, formatPrice(price, currency)), " ",
        h("span", { class: "price-unit" }, icon(unit), perUnit(unit)),
      ),
      h("p", { class: "description" }, description || "No description."),
      h("p", { class: "hint" }, "Last changed ", h("time", { datetime: updatedAt }, dates.format(new Date(updatedAt)))),
    ),
    ...(app.session.can("write", "products")
      ? [
          h("div", { class: "actions" },
            h("a", { class: "button button-plain", href: paths.changeTariff(productId) }, icon("edit"), "Change"),
            h("button", { type: "button", class: "button button-plain button-warn", on: { click: () => void remove(app, page, product) } },
              icon("remove"), "Delete"),
          ),
        ]
      : []),
  ];
}

async function remove(app: App, page: Page, { productId, name }: Product): Promise<void> {
  let removed: boolean;
  try {
    removed = await confirmAndRun({
      heading: `Delete “${name}”?`,
      detail: "Customers will no longer see this tariff. This cannot be undone.",
      agree: "Delete tariff",
      busy: "Deleting…",
      action: async () => {
        try {
          await app.catalog.remove(productId);
        } catch (error) {
          // Gone already is what was asked for.
          if (!(error instanceof ApiError && error.status === 404)) throw error;
          app.catalog.forget(productId);
        }
      },
      inWords: (error) => {
        if (error instanceof SessionExpired) throw error;
        return writeProblem(error, "This tariff");
      },
      left: page.left,
    });
  } catch (error) {
    if (!(error instanceof SessionExpired)) throw error;
    app.router.go(paths.signIn(page.path, { expired: true }));
    return;
  }
  if (!removed) return;
  if (!page.left.aborted) app.router.go(paths.tariffs, { replace: true });
  app.shell.notify(`“${name}” was deleted.`);
}

function skeleton(): readonly Node[] {
  const bar = (size: string) => h("span", { class: `bone bone-${size}` });
  return [
    h("h1", {}, h("span", { class: "visually-hidden" }, "Loading the tariff"), bar("name")),
    h("div", { class: "panel", "aria-hidden": true }, bar("price"), bar("line"), bar("line")),
  ];
}
