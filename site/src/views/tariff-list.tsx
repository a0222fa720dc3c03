import { useSignal } from "@preact/signals";
import { memo } from "../ui/memo.ts";
import { useEffect, useMemo } from "preact/hooks";
import { sorted, type Product } from "../api/catalog.ts";
import { useApp } from "../app.ts";
import { compare, makeAhead, money } from "../formats.ts";
import { perUnit } from "../money.ts";
import { paths } from "../places.ts";
import * as t from "../.texts/visitor.ts";
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
  useEffect(() => void makeAhead(() => compare("", ""), () => money("1", "GBP")), []);
  return (
    <div>
      <div class="hero">
        <div class="hero-text">
          <h1>{t.heroHeading}</h1>
          <p>{t.heroText}</p>
        </div>
        <div class="hero-picture" aria-hidden />
      </div>
      <section class="tariffs" aria-label={t.tariffs}>
        <Loaded query={query} waiting={<Skeletons />} what={t.theTariffs}>
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
      <Notice heading={t.noTariffs} detail={t.noTariffsYet} icon="kWh">
        <AddLink />
      </Notice>
    );
  }
  return (
    <>
      <div class="toolbar">
        <div class="search">
          <label for="search" class="visually-hidden">{t.search}</label>
          <Icon name="search" />
          <input id="search" type="search" autocomplete="off" placeholder={t.search} value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
              drawn.value = AT_ONCE;
            }} />
        </div>
        <p class="count" role="status">{found.length === 0 ? t.noMatch : t.counted({ n: found.length })}</p>
        <AddLink />
      </div>
      <MoreOf query={query} items={isAll ? found : found.slice(0, drawn.value)} idOf={idOf} more={t.moreTariffs} list="cards">
        {(product) => <Card key={product.productId} product={product} />}
      </MoreOf>
    </>
  );
}

const Card = memo(({ product: { productId, name, description, price, currency, unit } }: { readonly product: Product }) => (
  <li class="card">
    <h2 class="card-name"><a href={paths.tariff(productId)}>{name}</a></h2>
    <p class="price">
      <span class="price-amount">{money(price, currency)}</span>{" "}
      <span class="price-unit"><Icon name={unitIcon(unit)} />{perUnit(unit)}</span>
    </p>
    <p class="card-description">{description}</p>
  </li>
));

function AddLink() {
  return useApp().session.can("write", "products") ? <a class="button" href={paths.addTariff}><Icon name="add" />{t.addTariff}</a> : null;
}

function idOf({ productId }: Product): string {
  return productId;
}

function folded(text: string): string {
  return text.toLocaleLowerCase();
}

function Skeletons() {
  return (
    <>
      <div class="toolbar">
        <div class="search"><Bone size="field" /></div>
        <p class="count" role="status">{t.loadingTariffs}</p>
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
