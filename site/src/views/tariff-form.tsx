import { useState } from "preact/hooks";
import type { Product, ProductDraft } from "../api/catalog.ts";
import { ApiError } from "../api/client.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { priceProblem } from "../amounts.ts";
import { CURRENCIES, formatPrice, perUnit, UNITS } from "../money.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { found, ofWhole, fieldProblems } from "../ui/problems.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { conflict, writeProblem } from "./write-problem.ts";

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 1000;
const TITLES: Readonly<Record<string, string>> = {
  name: "The name", description: "The description", price: "The price", currency: "The currency", unit: "The unit",
};
const EMPTY: ProductDraft = { name: "", description: "", price: "", currency: "GBP", unit: "kWh" };

/** Typed in, but not stored because the session had ended: survives the sign-in of the same person, by path. */
const interrupted = new Map<string, { readonly userId: string; readonly draft: ProductDraft }>();

/** A form for a new tariff. */
export function AddTariff({ page }: { readonly page: Page }) {
  const { catalog, notices, router } = useApp();
  const save = async (draft: ProductDraft) => {
    const { productId } = await catalog.add(draft);
    if (!page.left.aborted) router.go(paths.tariff(productId), { replace: true });
    notices.notify(`“${draft.name}” was added.`);
  };
  return (
    <div class="narrow">
      <a class="back" href={paths.tariffs}><Icon name="back" />All tariffs</a>
      <h1>Add a tariff</h1>
      <div class="panel"><TariffForm page={page} submit="Add tariff" cancel={paths.tariffs} save={save} first={EMPTY} /></div>
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
    await catalog.change(productId, draft);
    if (!page.left.aborted) router.go(paths.tariff(productId), { replace: true });
    notices.notify(`“${draft.name}” was changed.`);
  };
  return (
    <div class="narrow">
      <a class="back" href={paths.tariff(productId)}><Icon name="back" />The tariff</a>
      <h1>Change a tariff</h1>
      <div class="panel panel-form">
        <Loaded query={query} waiting={<p role="status">Loading the tariff…</p>} what="this tariff"
          onError={(error) => error instanceof ApiError && [400, 404].includes(error.status) && (
            <Notice heading="This tariff does not exist" detail="Somebody may have deleted it." icon="search" />
          )}>
          {(product) => <TariffForm page={page} submit="Save changes" cancel={paths.tariff(productId)} save={save} first={product} />}
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
      const changed = conflict(error, draft, (name) => TITLES[name] ?? name);
      if (changed) return changed;
      return fieldProblems(error, Object.keys(EMPTY)) ?? ofWhole(writeProblem(error, "This tariff"));
    }
  });
  const { price, currency, unit } = trimmed(form.values);
  return (
    <Form form={form} submit={submit} busy="Saving…" extra={<a class="button button-plain" href={cancel}>Cancel</a>}>
      <Field form={form} name="name" label="Name" hint={`What customers see, up to ${LONGEST_NAME} characters.`}>
        {(bound) => <input {...bound} type="text" autocomplete="off" required />}
      </Field>
      <Field form={form} name="description" label="Description (optional)" hint={`One or two plain sentences, up to ${LONGEST_DESCRIPTION} characters.`}>
        {(bound) => <textarea {...bound} rows={4} />}
      </Field>
      <Field form={form} name="price" label="Price" hint="With a point and up to 4 decimals, for example 0.2450."
        beside={<output class="preview" for="price currency unit">{priceProblem(price) ? "" : `${formatPrice(price, currency)} ${perUnit(unit)}`}</output>}>
        {(bound) => <input {...bound} type="text" inputMode="decimal" autocomplete="off" required />}
      </Field>
      <Field form={form} name="currency" label="Currency">
        {(bound) => <select {...bound}>{choices(CURRENCIES, currency).map((code) => <option key={code} value={code}>{code}</option>)}</select>}
      </Field>
      <Field form={form} name="unit" label="Unit">
        {(bound) => <select {...bound}>{choices(UNITS, unit).map((one) => <option key={one} value={one}>{perUnit(one)}</option>)}</select>}
      </Field>
    </Form>
  );
}

function start(path: string, userId: string, { name, description, price, currency, unit }: ProductDraft): ProductDraft {
  const kept = interrupted.get(path);
  interrupted.delete(path);
  return kept?.userId === userId ? kept.draft : { name, description, price, currency, unit };
}

/** What may be chosen, and what is chosen although this site does not know it. */
function choices(known: readonly string[], chosen: string): readonly string[] {
  return known.includes(chosen) ? known : [...known, chosen];
}

function trimmed({ name, description, price, ...rest }: ProductDraft): ProductDraft {
  return { name: name.trim(), description: description.trim(), price: price.trim(), ...rest };
}

function problemsOf({ name, description, price }: ProductDraft) {
  const [nameLength, length] = [[...name].length, [...description].length];
  return found({
    name: name === "" ? "Enter a name." : nameLength > LONGEST_NAME ? `Enter a name of at most ${LONGEST_NAME} characters; this one has ${nameLength}.` : undefined,
    description: length > LONGEST_DESCRIPTION ? `Shorten the description to ${LONGEST_DESCRIPTION} characters; it has ${length}.` : undefined,
    price: priceProblem(price),
  });
}
