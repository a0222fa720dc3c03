import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { VERSIONS } from "../api/readings.ts";
import { useApp } from "../app.ts";
import { dateAt, isDate, moved, partsOf, SPANS, type Span } from "../half-hours.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import type { Page } from "../router.ts";
import "../styles/readings.css";
import * as t from "../.texts/readings.ts";
import { Icon } from "../ui/icons.tsx";
import { useListQuery, useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { useReadings } from "./imports.ts";
import { Usage, whenOf } from "./usage.tsx";

/** What is looked at, as the address says it. */
interface Looked {
  readonly meterId: string;
  readonly span: Span;
  /** In it. */
  readonly date: string;
  /** Undefined for the newest. */
  readonly version: number | undefined;
}

const NAMES: Readonly<Record<Span, () => string>> = { day: () => t.day, month: () => t.month, year: () => t.year };

/** What a meter has counted, by day, month and year. */
export function Meter({ meterId: first, page }: { readonly meterId: string; readonly page: Page }) {
  const { router } = useApp();
  const readings = useReadings();
  const [looked, setLooked] = useState(() => lookedAt(first, page.query));
  const { meterId, span, date, version } = looked;
  const parts = partsOf(span, date);
  const query = useQuery(readings.between(meterId, parts[0]?.from ?? 0, parts.at(-1)?.to ?? 0, version));
  const { error } = query;
  useEffect(() => router.setTitle(() => t.meter({ meterId })), [meterId]);
  // In place: nobody loses where they were, and the address can be kept.
  const look = (some: Partial<Looked>) => {
    const next = { ...looked, ...some };
    setLooked(next);
    history.replaceState(null, "", addressOf(next));
  };
  const isUnknown = error instanceof ApiError && [400, 404].includes(error.status);
  return (
    <div>
      <a class="back" href={paths.readings}><Icon name="back" />{t.allReadings}</a>
      {!isUnknown && <h1>{t.meter({ meterId })}</h1>}
      {!isUnknown && <Choice looked={looked} look={look} />}
      <section class="panel usage" aria-labelledby="when-heading" tabindex={-1}>
        {!isUnknown && <h2 id="when-heading" aria-live="polite">{whenOf(span, date)}</h2>}
        <Loaded query={query} waiting={<p role="status">{t.loadingReadings}</p>} what={t.theReadings}
          onError={() => isUnknown && <Notice heading={t.meterNotFound} detail={t.meterNotFoundWhy} level={1} icon="search" />}>
          {(known) => known.length === 0
            ? <Notice heading={t.noReadings} detail={version ? t.noReadingsOf({ version: String(version) }) : t.noReadingsThen} icon="search" />
            : <Usage span={span} date={date} readings={known} look={(closer, day) => look({ span: closer, date: day })} />}
        </Loaded>
      </section>
    </div>
  );
}

function Choice({ looked, look }: { readonly looked: Looked; readonly look: (some: Partial<Looked>) => void }) {
  const { meterId, span, date, version } = looked;
  const { data } = useListQuery(useReadings().meters);
  const meters = [...new Set([meterId, ...all(data, (one) => one.meterId).map((one) => one.meterId)])].sort();
  const hidden = (words: string) => <span class="visually-hidden">{words}</span>;
  const [earlier, later] = [moved(span, date, -1), moved(span, date, 1)];
  return (
    <div class="usage-choice">
      {meters.length > 1 && (
        <div class="field">
          <label for="meter">{t.chooseMeter}</label>
          <select id="meter" value={meterId} onChange={({ currentTarget }) => look({ meterId: currentTarget.value })}>
            {meters.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </div>
      )}
      <div class="chips" role="group" aria-label={t.span}>
        {SPANS.map((one) => <button key={one} type="button" class="chip" aria-pressed={one === span} onClick={() => look({ span: one })}>{NAMES[one]()}</button>)}
      </div>
      <div class="field">
        <label for="date">{t.date}</label>
        <input id="date" type="date" value={date} onChange={({ currentTarget: { value } }) => isDate(value) && look({ date: value })} />
      </div>
      <div class="field">
        <label for="version">{t.version}</label>
        <select id="version" value={version ?? ""} onChange={({ currentTarget: { value } }) => look({ version: Number(value) || undefined })}>
          <option value="">{t.newest}</option>
          {Array.from({ length: VERSIONS }, (_, index) => <option key={index} value={index + 1}>{index + 1}</option>)}
        </select>
      </div>
      <div class="usage-turn">
        <button type="button" class="button button-plain" onClick={() => look({ date: earlier })}><span>{t.earlier({ when: whenOf(span, earlier), hidden })}</span></button>
        <button type="button" class="button button-plain" onClick={() => look({ date: later })}><span>{t.later({ when: whenOf(span, later), hidden })}</span></button>
      </div>
    </div>
  );
}

function lookedAt(meterId: string, query: URLSearchParams): Looked {
  const [span, date, version] = [query.get("span"), query.get("date"), Number(query.get("version"))];
  return {
    meterId,
    span: SPANS.find((one) => one === span) ?? "year",
    date: isDate(date) ? date : dateAt(Date.now()),
    version: Number.isInteger(version) && version >= 1 && version <= VERSIONS ? version : undefined,
  };
}

function addressOf({ meterId, span, date, version }: Looked): string {
  return `${paths.meter(meterId)}?${new URLSearchParams({ span, date, ...(version && { version: String(version) }) })}`;
}
