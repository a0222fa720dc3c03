import { useState } from "preact/hooks";
import type { Product, ProductDraft } from "../api/catalog.ts";
import * as changes from "../api/catalog-changes.ts";
import { ApiError } from "../api/client.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { priceOf, priceProblem, typed as asTyped } from "../amounts.ts";
import { money } from "../formats.ts";
import { CURRENCIES, perUnit, UNITS } from "../money.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import * as t from "../.texts/admin.ts";
import * as common from "../.texts/visitor.ts";
import { found, ofWhole, fieldProblems } from "../ui/problems.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { conflict, writeProblem } from "./write-problem.ts";

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 1000;
const EMPTY: ProductDraft = { name: "", description: "", price: "", currency: "GBP", unit: "kWh" };

/** Typed in, but not stored because the session had ended: survives the sign-in of the same person, by path. */
const interrupted = new Map<string, { readonly userId: string; readonly draft: ProductDraft }>();

/** A form for a new tariff. */
export function AddTariff({ page }: { readonly page: Page }) {
  const { catalog, notices, router } = useApp();
  const save = async (draft: ProductDraft) => {
    const { productId } = await changes.add(catalog, draft);
    if (!page.left.aborted) router.go(paths.tariff(productId), { replace: true });
    notices.notify(t.wasAdded({ name: draft.name }));
  };
  return (
    <div class="narrow">
      <a class="back" href={paths.tariffs}><Icon name="back" />{common.allTariffs}</a>
      <h1>{common.addTariff}</h1>
      <div class="panel"><TariffForm page={page} submit={t.submitAdd} cancel={paths.tariffs} save={save} first={EMPTY} /></div>
    </div>
  );
}

/** The same form, filled with a tariff. */
export function ChangeTariff({ productId, page }: { readonly productId: string; readonly page: Page }) {
  const { catalog, notices, router } = useApp();
  // What is known may be old: the form shows what is there now, and is not changed under who types.
  const query = useQuery<Product>({
    queryKey: ["tariff to change", productId],
    queryFn: ({ signal }) => catalog.get(productId, signal),
    gcTime: 0,
    refetchOnReconnect: ({ state }) => state.data === undefined,
  });
  const save = async (draft: ProductDraft) => {
    await changes.change(catalog, productId, draft);
    if (!page.left.aborted) router.go(paths.tariff(productId), { replace: true });
    notices.notify(t.wasChanged({ name: draft.name }));
  };
  return (
    <div class="narrow">
      <a class="back" href={paths.tariff(productId)}><Icon name="back" />{t.theTariff}</a>
      <h1>{common.changeTariff}</h1>
      <div class="panel panel-form">
        <Loaded query={query} waiting={<p role="status">{t.loadingTariff}</p>} what={common.thisTariff}
          onError={(error) => error instanceof ApiError && [400, 404].includes(error.status) && (
            <Notice heading={t.noTariff} detail={t.noTariffWhy} icon="search" />
          )}>
          {(product) => <TariffForm page={page} submit={t.saveChanges} cancel={paths.tariff(productId)} save={save} first={product} />}
        </Loaded>
      </div>
    </div>
  );
}

function TariffForm({ page, submit, cancel, save, first }: {
  readonly page: Page;
  readonly submit: string;
  readonly cancel: string;
  readonly save: (draft: ProductDraft) => Promise<void>;
  readonly first: ProductDraft;
}) {
  const { session, router } = useApp();
  const [userId] = useState(session.person?.userId ?? "");
  const form = useForm(() => start(page.path, userId, first), async (typed) => {
    const draft = trimmed(typed);
    const wrong = problemsOf(draft);
    if (wrong) return wrong;
    try {
      return await save(draft);
    } catch (error) {
      if (error instanceof SessionExpired) {
        interrupted.set(page.path, { userId, draft });
        router.go(paths.signIn(page.path, { expired: true }));
        return;
      }
      const changed = conflict(error, draft, titleOf);
      if (changed) return changed;
      return fieldProblems(error, Object.keys(EMPTY)) ?? ofWhole(writeProblem(error, t.thisTariffCap));
    }
  });
  const { price, currency, unit } = trimmed(form.values);
  return (
    <Form form={form} submit={submit} busy={t.saving} extra={<a class="button button-plain" href={cancel}>{t.cancel}</a>}>
      <Field form={form} name="name" label={t.name} hint={t.nameHint({ n: LONGEST_NAME })}>
        {(bound) => <input {...bound} type="text" autocomplete="off" required />}
      </Field>
      <Field form={form} name="description" label={t.description} hint={t.descriptionHint({ n: String(LONGEST_DESCRIPTION) })}>
        {(bound) => <textarea {...bound} rows={4} />}
      </Field>
      <Field form={form} name="price" label={t.price} hint={t.priceHint({ n: "4", example: asTyped("0.2450") })}
        beside={<output class="preview" for="price currency unit">{priceProblem(price) ? "" : `${money(price, currency)} ${perUnit(unit)}`}</output>}>
        {(bound) => <input {...bound} type="text" inputMode="decimal" autocomplete="off" required />}
      </Field>
      <Field form={form} name="currency" label={t.currency}>
        {(bound) => <select {...bound}>{choices(CURRENCIES, currency).map((code) => <option key={code} value={code}>{code}</option>)}</select>}
      </Field>
      <Field form={form} name="unit" label={t.unit}>
        {(bound) => <select {...bound}>{choices(UNITS, unit).map((one) => <option key={one} value={one}>{perUnit(one)}</option>)}</select>}
      </Field>
    </Form>
  );
}

function titleOf(name: string): string {
  const titles: Readonly<Record<string, string>> = {
    name: t.ofName, description: t.ofDescription, price: t.ofPrice, currency: t.ofCurrency, unit: t.ofUnit,
  };
  return titles[name] ?? name;
}

function start(path: string, userId: string, { name, description, price, currency, unit }: ProductDraft): ProductDraft {
  const kept = interrupted.get(path);
  interrupted.delete(path);
  return kept?.userId === userId ? kept.draft : { name, description, price: asTyped(price), currency, unit };
}

/** What may be chosen, and what is chosen although this site does not know it. */
function choices(known: readonly string[], chosen: string): readonly string[] {
  return known.includes(chosen) ? known : [...known, chosen];
}

function trimmed({ name, description, price, ...rest }: ProductDraft): ProductDraft {
  return { name: name.trim(), description: description.trim(), price: priceOf(price), ...rest };
}

function problemsOf({ name, description, price }: ProductDraft) {
  const [nameLength, length] = [[...name].length, [...description].length];
  return found({
    name: name === "" ? t.enterName : nameLength > LONGEST_NAME ? t.longName({ n: String(LONGEST_NAME), length: String(nameLength) }) : undefined,
    description: length > LONGEST_DESCRIPTION ? t.longDescription({ n: String(LONGEST_DESCRIPTION), length: String(length) }) : undefined,
    price: priceProblem(price),
  });
}
