// What a day's sun means for who has panels on the roof: the rule, and nothing else.

/** As much of an hour's weather as the rule reads. */
export interface SunnyHour {
  /** When the hour begins, ISO 8601. */
  readonly time: string;
  /** What the sun brings to the ground in that hour, in watts a square metre. */
  readonly solarWm2: number;
}

export type Verdict = "good" | "middling" | "poor";

/**
 * What a day brings to a square metre on the ground, in kWh: from GOOD_KWH on it is a good one for
 * panels, below POOR_KWH a poor one. A year brings Britain about 1,000, so an average day 2.7: a good day is well
 * above that, a poor one about half of it.
 */
export const GOOD_KWH = 4;
export const POOR_KWH = 1.5;

/** For so many hours what can wait is best run. */
const BEST_HOURS = 4;
const HOUR_MS = 3_600_000;
const ZONE = "Europe/London";

/** The energy of a day on a square metre, in kWh: watts for an hour each. */
export function energyOf(hours: readonly SunnyHour[]): number {
  return hours.reduce((sum, { solarWm2 }) => sum + solarWm2, 0) / 1000;
}

export function verdictOf(kWh: number): Verdict {
  return kWh >= GOOD_KWH ? "good" : kWh < POOR_KWH ? "poor" : "middling";
}

/** When the sunniest hours in a row begin and end; undefined on a day without any. */
export function bestHours(hours: readonly SunnyHour[]): { readonly from: Date; readonly to: Date } | undefined {
  let best: readonly SunnyHour[] = [];
  for (let first = 0; first + BEST_HOURS <= hours.length; first += 1) {
    const some = hours.slice(first, first + BEST_HOURS);
    if (energyOf(some) > energyOf(best)) best = some;
  }
  const [from, to] = [best[0], best.at(-1)];
  return from && to && { from: new Date(from.time), to: new Date(Date.parse(to.time) + HOUR_MS) };
}

/** The day after a moment's, in London, as `2026-03-01`. */
export function dayAfter(moment: Date): string {
  // Sweden writes dates as ISO 8601 does.
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short" }).format(moment);
  return new Date(Date.parse(`${today}T00:00:00Z`) + 24 * HOUR_MS).toISOString().slice(0, 10);
}
