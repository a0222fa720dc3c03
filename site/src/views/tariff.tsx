import { useEffect } from "preact/hooks";
import type { Product } from "../api/catalog.ts";
import { ApiError } from "../api/client.ts";
import { useApp } from "../app.ts";
import { moment, money } from "../formats.ts";
import { perUnit } from "../money.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/visitor.ts";
import { Icon, unitIcon } from "../ui/icons.tsx";
import { useLazy } from "../ui/lazy.ts";
import { useQuery } from "../ui/query.ts";
import { Bone, Loaded, Notice } from "../ui/states.tsx";

/** One tariff; who may write products may change and delete it. */
export function Tariff({ productId, page }: { readonly productId: string; readonly page: Page }) {
  const { catalog, notices, router } = useApp();
  const query = useQuery(catalog.tariff(productId));
  const isGone = query.error instanceof ApiError && [400, 404].includes(query.error.status);
  const name = isGone ? undefined : query.data?.name;
  useEffect(() => {
    if (isGone) void import("../api/catalog-changes.ts").then(({ forget }) => forget(catalog, productId), console.error);
    router.setTitle(isGone ? () => t.notOffered : (name ?? (() => t.tariff)));
    if (name !== undefined) notices.announce(name);
  }, [name, isGone]);
  return (
    <div class="narrow">
      <a class="back" href={paths.tariffs}><Icon name="back" />{t.allTariffs}</a>
      <article class="tariff">
        {!isGone && (query.data ?? !query.error) && (
          <h1>{name ?? <><span class="visually-hidden">{t.loadingTariff}</span><Bone size="name" /></>}</h1>
        )}
        <Loaded query={query} what={t.thisTariff} level={1}
          waiting={<div class="panel" aria-hidden><Bone size="price" /><Bone size="line" /><Bone size="line" /></div>}
          onError={() => isGone && <Notice heading={t.notOffered} detail={t.notOfferedWhy} level={1} icon="search" />}>
          {(product) => <Details product={product} page={page} />}
        </Loaded>
      </article>
    </div>
  );
}

function Details({ product, page }: { readonly product: Product; readonly page: Page }) {
  const { session } = useApp();
  const Actions = useLazy(session.can("write", "products") && (() => import("./tariff-actions.tsx")))?.TariffActions;
  const { description, price, currency, unit, updatedAt } = product;
  return (
    <>
      <div class="panel">
        <p class="price price-large">
          <span class="price-amount">{money(price, currency)}</span>{" "}
          <span class="price-unit"><Icon name={unitIcon(unit)} />{perUnit(unit)}</span>
        </p>
        <p class="description">{description || t.noDescription}</p>
        <p class="hint">{t.lastChanged({ when: moment(updatedAt), time: (when) => <time dateTime={updatedAt}>{when}</time> })}</p>
      </div>
      {Actions && <Actions product={product} page={page} />}
    </>
  );
}
