import { useMemo } from "preact/hooks";
import type { Reading } from "../api/readings.ts";
import { format } from "../formats.ts";
import { axisEnd, dateAt, halfHours, partsOf, usedIn, ZONE, type Span, type Used } from "../half-hours.ts";
import * as t from "../.texts/readings.ts";
import { Chart, type Bar } from "../ui/chart.tsx";

const USUAL_DAY = 48;
/** What is looked at closer. */
const CLOSER: Readonly<Record<Span, Span | undefined>> = { year: "month", month: "day", day: undefined };

/** What a meter counted in a day, a month or a year: as a chart, and as a table. */
export function Usage({ span, date, readings, look }: {
  readonly span: Span;
  readonly date: string;
  readonly readings: readonly Reading[];
  readonly look: (span: Span, date: string) => void;
}) {
  const used = useMemo(() => usedIn(partsOf(span, date), readings), [span, date, readings]);
  const known = used.filter((part): part is Used & { readonly wh: number } => part.wh !== undefined);
  const sum = known.reduce((total, { wh }) => total + wh, 0);
  const most = known.reduce((one, other) => (other.wh > one.wh ? other : one), known[0] ?? { ...used[0]!, wh: 0 });
  const when = whenOf(span, date);
  const isUsual = span !== "day" || used.length === USUAL_DAY;
  const closer = CLOSER[span];
  const choose = closer && ((from: number) => look(closer, dateAt(from)));
  const bars = used.map((part): Bar => {
    const words = partOf(span, part.from, isUsual);
    return { key: part.from, value: part.wh, words: t.said({ when: words, amount: part.wh === undefined ? t.nothing : t.kWh({ amount: kWh(part.wh) }) }), mark: markOf(span, part.from) };
  });
  return (
    <>
      <dl class="usage-facts">
        <div><dt>{t.total}</dt><dd>{t.kWh({ amount: kWh(sum) })}</dd></div>
        <div><dt>{t.most}</dt><dd>{t.mostThen({ amount: kWh(most.wh), when: partOf(span, most.from, isUsual) })}</dd></div>
        <div><dt>{t.known}</dt><dd>{t.halfHours({ known: used.reduce((count, { readings: some }) => count + some, 0), all: used.reduce((count, part) => count + halfHours(part), 0) })}</dd></div>
      </dl>
      <p class="hint">{t.unit}</p>
      <Chart bars={bars} end={axisEnd(most.wh)} written={short} label={t.chart({ when, amount: kWh(sum) })} hint={t.point} onChoose={choose} />
      <details class="usage-table">
        <summary>{t.asTable}</summary>
        <table>
          <caption>{t.tableOf({ when })}</caption>
          <thead><tr><th scope="col">{t.time}</th><th scope="col">{t.unit}</th></tr></thead>
          <tbody>
            {used.map(({ from, wh }) => {
              const words = partOf(span, from, isUsual);
              return (
                <tr key={from}>
                  <th scope="row">{choose ? <button type="button" class="link" aria-label={t.look({ when: words })} onClick={() => choose(from)}>{words}</button> : words}</th>
                  <td>{wh === undefined ? t.nothing : kWh(wh)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** A day, a month or a year in words. */
export function whenOf(span: Span, date: string): string {
  const how: Readonly<Record<Span, Intl.DateTimeFormatOptions>> = {
    day: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
    month: { month: "long", year: "numeric" },
    year: { year: "numeric" },
  };
  return format(Intl.DateTimeFormat, { timeZone: "UTC", ...how[span] }).format(Date.parse(date));
}

/** A half hour of a day, a day of a month or a month of a year; where clocks change, by which clock. */
function partOf(span: Span, from: number, isUsual: boolean): string {
  const how: Readonly<Record<Span, Intl.DateTimeFormatOptions>> = {
    day: { hour: "2-digit", minute: "2-digit", ...(!isUsual && { timeZoneName: "short" }) },
    month: { weekday: "short", day: "numeric", month: "long" },
    year: { month: "long" },
  };
  return there(from, how[span]);
}

function markOf(span: Span, from: number): Bar["mark"] {
  if (span === "year") {
    const month = Number(dateAt(from).slice(5, 7));
    return { words: there(from, { month: "short" }), isMinor: month % 3 !== 1, at: "middle" };
  }
  if (span === "month") {
    const day = Number(dateAt(from).slice(8));
    return day % 7 === 1 ? { words: String(day), isMinor: false, at: "middle" } : undefined;
  }
  const time = there(from, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const hour = time.endsWith(":00") ? Number(time.slice(0, 2)) : NaN;
  return hour % 3 === 0 ? { words: time.slice(0, 2), isMinor: hour % 6 !== 0, at: "begin" } : undefined;
}

function there(moment: number, how: Intl.DateTimeFormatOptions): string {
  return format(Intl.DateTimeFormat, { timeZone: ZONE, ...how }).format(moment);
}

/** Watt-hours as kilowatt-hours, to the last one. */
function kWh(wh: number): string {
  return format(Intl.NumberFormat, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(wh / 1000);
}

function short(wh: number): string {
  return format(Intl.NumberFormat, { maximumSignificantDigits: 3 }).format(wh / 1000);
}
