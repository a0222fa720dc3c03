import type { Product, ProductDraft } from "../api/catalog.ts";
import { ApiError } from "../api/client.ts";
import type { App } from "../app.ts";
import { paths } from "../places.ts";
import { SessionExpired } from "../auth/person.ts";
import { CURRENCIES, formatPrice, perUnit, priceProblem, UNITS, type Currency, type Unit } from "../money.ts";
import type { Page, Redirect, View } from "../router.ts";
import { h } from "../ui/dom.ts";
import { field, fieldProblems, form, hasProblems, type Problems } from "../ui/form.ts";
import { icon } from "../ui/icons.ts";
import { notice, showWhenRead } from "../ui/states.ts";
import { unlessAllowed } from "./guard.ts";
import { conflict, writeProblem } from "./write-problem.ts";

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 1000;
const TITLES: Readonly<Record<string, string>> = {
  name: "The name", description: "The description", price: "The price", currency: "The currency", unit: "The unit",
};

/** Typed in, but not stored because the session had ended: survives the sign-in, by path. */
const interrupted = new Map<string, ProductDraft>();

/** A form for a new tariff. */
export function addTariffView(app: App, page: Page): View | Redirect {
  const refused = unlessAllowed(app, page, "write", "products");
  if (refused) return refused;
  const save = async (draft: ProductDraft) => {
    const { productId } = await app.catalog.add(draft);
    if (!page.left.aborted) app.router.go(paths.tariff(productId), { replace: true });
    app.shell.notify(`“${draft.name}” was added.`);
  };
  return {
    title: "Add a tariff",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.tariffs }, icon("back"), "All tariffs"),
      h("h1", {}, "Add a tariff"),
      h("div", { class: "panel" },
        tariffForm(app, page, { submit: "Add tariff", cancel: paths.tariffs, save }),
      ),
    ),
  };
}

/** The same form, filled with a tariff. */
export function changeTariffView(app: App, page: Page, productId: string): View | Redirect {
  const refused = unlessAllowed(app, page, "write", "products");
  if (refused) return refused;
  const save = async (draft: ProductDraft) => {
    await app.catalog.change(productId, draft);
    if (!page.left.aborted) app.router.go(paths.tariff(productId), { replace: true });
    app.shell.notify(`“${draft.name}” was changed.`);
  };
  const panel = h("div", { class: "panel panel-form" });
  void showWhenRead(panel, {
    read: () => app.catalog.get(productId, page.left),
    waiting: () => [h("p", { role: "status" }, "Loading the tariff…")],
    show: (product) => [
      tariffForm(app, page, { submit: "Save changes", cancel: paths.tariff(productId), save, product }),
    ],
    onError: (error) =>
      error instanceof ApiError && [400, 404].includes(error.status)
        ? notice({ heading: "This tariff does not exist", detail: "Somebody may have deleted it." }, "search")
        : undefined,
    what: "this tariff",
    left: page.left,
  });
  return {
    title: "Change a tariff",
    element: h("div", { class: "narrow" },
      h("a", { class: "back", href: paths.tariff(productId) }, icon("back"), "The tariff"),
      h("h1", {}, "Change a tariff"),
      panel,
    ),
  };
}

function tariffForm(app: App, page: Page, { submit, cancel, save, product }: {
  readonly submit: string;
  readonly cancel: string;
  readonly save: (draft: ProductDraft) => Promise<void>;
  readonly product?: Product;
}): HTMLFormElement {
  const start = interrupted.get(page.path) ?? product;
  interrupted.delete(page.path);
  const preview = h("output", { class: "preview", for: "price currency unit" });

  const name = field(h("input", { id: "name", name: "name", type: "text", autocomplete: "off", required: true }), {
    label: "Name",
    hint: `What customers see, up to ${LONGEST_NAME} characters.`,
  });
  const description = field(h("textarea", { id: "description", name: "description", rows: 4 }), {
    label: "Description (optional)",
    hint: `One or two plain sentences, up to ${LONGEST_DESCRIPTION} characters.`,
  });
  const price = field(
    h("input", { id: "price", name: "price", type: "text", inputmode: "decimal", autocomplete: "off", required: true }),
    { label: "Price", hint: "With a point and up to 4 decimals, for example 0.2450.", beside: preview },
  );
  const currency = field(select("currency", CURRENCIES, (code) => code), { label: "Currency" });
  const unit = field(select("unit", UNITS, perUnit), { label: "Unit" });
  const fields = [name, description, price, currency, unit];

  name.control.value = start?.name ?? "";
  description.control.value = start?.description ?? "";
  price.control.value = start?.price ?? "";
  currency.control.value = start?.currency ?? "GBP";
  unit.control.value = start?.unit ?? "kWh";

  const draft = (): ProductDraft => ({
    name: name.control.value.trim(),
    description: description.control.value.trim(),
    price: price.control.value.trim(),
    currency: currency.control.value as Currency,
    unit: unit.control.value as Unit,
  });
  const showPreview = () => {
    const typed = draft();
    preview.textContent = priceProblem(typed.price)
      ? ""
      : `${formatPrice(typed.price, typed.currency)} ${perUnit(typed.unit)}`;
  };
  for (const { control } of [price, currency, unit]) control.addEventListener("input", showPreview);
  showPreview();

  return form({
    fields,
    submit,
    busy: "Saving…",
    extra: h("a", { class: "button button-plain", href: cancel }, "Cancel"),
    send: async () => {
      const typed = draft();
      const wrong = problemsOf(typed);
      if (hasProblems(wrong)) return wrong;
      try {
        return await save(typed);
      } catch (error) {
        if (error instanceof SessionExpired) {
          interrupted.set(page.path, typed);
          app.router.go(paths.signIn(page.path, { expired: true }));
          return;
        }
        const changed = conflict(error, typed, (name) => TITLES[name] ?? name);
        if (changed) return { fields: new Map(), whole: changed };
        return fieldProblems(error, fields) ?? { fields: new Map(), whole: [writeProblem(error, "This tariff")] };
      }
    },
  });
}

function problemsOf({ name, description, price }: ProductDraft): Problems {
  const found = new Map<string, string>();
  if (name === "") found.set("name", "Enter a name.");
  else if ([...name].length > LONGEST_NAME) {
    found.set("name", `Enter a name of at most ${LONGEST_NAME} characters; this one has ${[...name].length}.`);
  }
  const length = [...description].length;
  if (length > LONGEST_DESCRIPTION) {
    found.set("description", `Shorten the description to ${LONGEST_DESCRIPTION} characters; it has ${length}.`);
  }
  const priceWrong = priceProblem(price);
  if (priceWrong) found.set("price", priceWrong);
  return { fields: found, whole: [] };
}

function select<T extends string>(id: string, values: readonly T[], text: (value: T) => string): HTMLSelectElement {
  return h("select", { id, name: id }, values.map((value) => h("option", { value }, text(value))));
}
