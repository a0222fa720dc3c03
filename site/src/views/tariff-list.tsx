import { useSignal } from "@preact/signals";
import { memo } from "../ui/memo.ts";
import { useEffect, useMemo } from "preact/hooks";
import { sorted, type Product } from "../api/catalog.ts";
import { useApp } from "../app.ts";
import { formatPrice, perUnit } from "../money.ts";
import { paths } from "../places.ts";
import { Icon, unitIcon } from "../ui/icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Bone, Loaded, MoreOf, Notice } from "../ui/states.tsx";
import { ForecastPlace } from "./forecast-place.tsx";

const SKELETONS = 6;
/** Drawn at once; after a pause, in which the next key may come, that many more at a time: typing never waits for a thousand. */
const AT_ONCE = 60;
const PAUSE_MS = 250;

/** All tariffs, sorted by name, with a search in what is shown. */
export function TariffList() {
  const { catalog } = useApp();
  const query = useListQuery(catalog.list);
  return (
    <div>
      <div class="hero">
        <div class="hero-text">
          <h1>Energy at a price you can read</h1>
          <p>Every tariff we offer and what a unit costs. No small print, no teaser rates.</p>
        </div>
        <div class="hero-picture" aria-hidden />
      </div>
      <section class="tariffs" aria-label="Tariffs">
        <Loaded query={query} waiting={<Skeletons />} what="the tariffs">
          {(known) => <Listing products={sorted(known)} query={query} />}
        </Loaded>
      </section>
      {query.isFetched && <ForecastPlace />}
    </div>
  );
}

function Listing({ products, query }: { readonly products: readonly Product[]; readonly query: ReturnType<typeof useListQuery<Product>> }) {
  const typed = useSignal("");
  const drawn = useSignal(AT_ONCE);
  const texts = useMemo(() => products.map(({ name, description }) => folded(`${name} ${description}`)), [products]);
  const words = folded(typed.value).split(/\s+/);
  const found = products.filter((_, index) => words.every((word) => texts[index]?.includes(word)));
  const isAll = drawn.value >= found.length;
  useEffect(() => {
    if (isAll) return undefined;
    const timer = window.setTimeout(() => (drawn.value += AT_ONCE), drawn.value === AT_ONCE ? PAUSE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [drawn.value, isAll, typed.value]);

  if (products.length === 0) {
    return (
      <Notice heading="No tariffs yet" detail="There is nothing on offer at the moment. Please come back soon." icon="kWh">
        <AddLink />
      </Notice>
    );
  }
  return (
    <>
      <div class="toolbar">
        <div class="search">
          <label for="search" class="visually-hidden">Search tariffs</label>
          <Icon name="search" />
          <input id="search" type="search" autocomplete="off" placeholder="Search tariffs" value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
              drawn.value = AT_ONCE;
            }} />
        </div>
        <p class="count" role="status">{found.length === 0 ? "No tariff matches your search." : counted(found.length)}</p>
        <AddLink />
      </div>
      <MoreOf query={query} items={isAll ? found : found.slice(0, drawn.value)} idOf={idOf} what="tariffs" list="cards">
        {(product) => <Card key={product.productId} product={product} />}
      </MoreOf>
    </>
  );
}

const Card = memo(({ product: { productId, name, description, price, currency, unit } }: { readonly product: Product }) => (
  <li class="card">
    <h2 class="card-name"><a href={paths.tariff(productId)}>{name}</a></h2>
    <p class="price">
      <span class="price-amount">{formatPrice(price, currency)}</span>{" "}
      <span class="price-unit"><Icon name={unitIcon(unit)} />{perUnit(unit)}</span>
    </p>
    <p class="card-description">{description}</p>
  </li>
));

function AddLink() {
  return useApp().session.can("write", "products") ? <a class="button" href={paths.addTariff}><Icon name="add" />Add a tariff</a> : null;
}

function idOf({ productId }: Product): string {
  return productId;
}

function folded(text: string): string {
  return text.toLocaleLowerCase("en-GB");
}

function counted(number: number): string {
  return number === 1 ? "1 tariff" : `${number} tariffs`;
}

function Skeletons() {
  return (
    <>
      <div class="toolbar">
        <div class="search"><Bone size="field" /></div>
        <p class="count" role="status">Loading tariffs…</p>
        <AddLink />
      </div>
      <ul class="cards" role="list" aria-hidden>
        {Array.from({ length: SKELETONS }, (_, index) => (
          <li key={index} class="card"><Bone size="name" /><Bone size="price" /><Bone size="line" /><Bone size="line" /></li>
        ))}
      </ul>
    </>
  );
}
