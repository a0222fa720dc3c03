// What only views write that somebody who only looks never sees.

import { format, money } from "./formats.ts";

/** A day, for example “1 March 2026”. */
export function day(time: string): string {
  return format(Intl.DateTimeFormat, { dateStyle: "long" }).format(new Date(time));
}

/** A time to the second, for example “1 Mar 2026, 12:00:30”. */
export function second(time: string): string {
  return format(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(time));
}

/** For example “a, b and c”. */
export function list(words: readonly string[]): string {
  return format(Intl.ListFormat, {}).format(words);
}

/** What stands before the decimals: a point, or a comma. */
export function decimalSign(): string {
  return format(Intl.NumberFormat, {}).formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";
}

/** An amount without decimals where they are nought, for example “£25”. */
export function shortMoney(amount: string, currency: string): string {
  return money(amount, currency, { trailingZeroDisplay: "stripIfInteger" });
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** How large a file is, for example “1.5 MB”. */
export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log(Math.max(count, 1)) / Math.log(1024)), BYTES.length - 1);
  const unit = BYTES[power] ?? "byte";
  return format(Intl.NumberFormat, { style: "unit", unit, unitDisplay: power === 0 ? "long" : "short", maximumFractionDigits: 1 }).format(count / 1024 ** power);
}
