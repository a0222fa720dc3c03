// Days, months and years as the clocks of the meters have them, and what was used in their parts.

export const ZONE = "Europe/London";
export const SPANS = ["day", "month", "year"] as const;
export type Span = (typeof SPANS)[number];

const HALF_HOUR_MS = 1_800_000;
const DAY_MS = 86_400_000;
// Sweden writes dates as ISO 8601 does.
const CLOCK = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });

/** As much of a reading as its sum needs: of the half hour that begins then. */
export interface HalfHour {
  readonly readAt: string;
  readonly kwh: string | number;
}

/** A half hour, a day or a month, in milliseconds as clocks of programs count; `to` is in the next one. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface Used extends Part {
  /** Watt-hours: whole ones, so that sums are exact; undefined where nothing was read. */
  readonly wh: number | undefined;
  readonly readings: number;
}

/** The date where the meters are, such as `2026-03-01`. */
export function dateAt(moment: number): string {
  return CLOCK.format(moment).slice(0, 10);
}

/** When a date begins there: no clock changes between that and the midnight of UTC. */
export function midnight(date: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`);
  const ahead = Date.parse(`${CLOCK.format(utc).replace(" ", "T")}Z`) - utc;
  return utc - ahead;
}

/** The half hours of a date's day (46 or 50 where clocks change), the days of its month, the months of its year. */
export function partsOf(span: Span, date: string): readonly Part[] {
  const [year = 0, month = 0] = date.split("-").map(Number);
  if (span === "day") {
    const [from, to] = [midnight(date), midnight(dayAfter(date))];
    return Array.from({ length: (to - from) / HALF_HOUR_MS }, (_, index) => ({ from: from + index * HALF_HOUR_MS, to: from + (index + 1) * HALF_HOUR_MS }));
  }
  const dates = span === "month"
    ? Array.from({ length: new Date(Date.UTC(year, month, 0)).getUTCDate() + 1 }, (_, index) => iso(Date.UTC(year, month - 1, 1 + index)))
    : Array.from({ length: 13 }, (_, index) => iso(Date.UTC(year, index, 1)));
  const starts = dates.map(midnight);
  return starts.slice(1).map((to, index) => ({ from: starts[index] ?? to, to }));
}

/** How many half hours there are from a moment to another. */
export function halfHours({ from, to }: Part): number {
  return (to - from) / HALF_HOUR_MS;
}

/** What was used in each part; readings outside of all count nowhere. */
export function usedIn(parts: readonly Part[], readings: readonly HalfHour[]): readonly Used[] {
  const used = parts.map((part) => ({ ...part, wh: undefined as number | undefined, readings: 0 }));
  for (const { readAt, kwh } of readings) {
    const moment = Date.parse(readAt);
    const part = used[used.findLastIndex(({ from }) => from <= moment)];
    if (!part || moment >= part.to) continue;
    part.wh = (part.wh ?? 0) + Math.round(Number(kwh) * 1000);
    part.readings += 1;
  }
  return used;
}

/** A date that is so many days, months or years later; of a shorter month the last one. */
export function moved(span: Span, date: string, by: number): string {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  if (span === "day") return iso(Date.parse(date) + by * DAY_MS);
  const months = span === "month" ? month - 1 + by : month - 1 + 12 * by;
  const last = new Date(Date.UTC(year, months + 1, 0)).getUTCDate();
  return iso(Date.UTC(year, months, Math.min(day, last)));
}

/** Where an axis ends that shows so much: a number whose half is a short one as well. */
export function axisEnd(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most || 1));
  return unit * ([1, 1.5, 2, 3, 4, 6, 8, 10].find((times) => most <= times * unit) ?? 10);
}

/** Whether something is a date, as an address may say one. */
export function isDate(text: string | null): text is string {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && iso(Date.parse(text)) === text;
}

function dayAfter(date: string): string {
  return iso(Date.parse(date) + DAY_MS);
}

function iso(moment: number): string {
  return Number.isNaN(moment) ? "" : new Date(moment).toISOString().slice(0, 10);
}
