// Numbers, money, dates and lists as the language writes them.

import { language, LOCALES } from "./language.ts";

const made = new Map<string, unknown>();

/** A format of the language that is spoken: made once, which takes longer than using it. */
export function format<F, const O extends object>(Format: new (locale: string, options: O) => F, options: O): F {
  const locale = LOCALES[language.peek()];
  const key = locale + Format.name + JSON.stringify(options);
  let found = made.get(key) as F | undefined;
  if (!found) made.set(key, (found = new Format(locale, options)));
  return found;
}

/** Have formats made, each in a task of its own: while an answer is on its way, so that nobody waits for them after it. */
export async function makeAhead(...uses: readonly (() => unknown)[]): Promise<void> {
  for (const use of uses) {
    await new Promise((resolve) => setTimeout(resolve));
    use();
  }
}

export function number(value: number): string {
  return format(Intl.NumberFormat, {}).format(value);
}

/** The form that a language has for so many; the texts bring the forms. */
export function plural(count: number, forms: Readonly<Record<string, string>>): string {
  return forms[`=${count}`] ?? forms[format(Intl.PluralRules, {}).select(count)] ?? forms["other"] ?? "";
}

/** "£0.245" for "0.2450": two decimals at least, four at most; `more` says otherwise. */
export function money(amount: string, currency: string, more: Intl.NumberFormatOptions = {}): string {
  // What is no amount, or in no currency that exists, is shown as it came.
  if (!/^\d+(\.\d+)?$/.test(amount) || !/^[A-Z]{3}$/.test(currency)) return `${amount} ${currency}`;
  return format(Intl.NumberFormat, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
    ...more,
  }).format(amount as Intl.StringNumericLiteral);
}

/** A day and a time, for example “1 March 2026 at 12:00”; shorter where a list has many. */
export function moment(time: string, dateStyle: "long" | "medium" = "long"): string {
  return format(Intl.DateTimeFormat, { dateStyle, timeStyle: "short" }).format(new Date(time));
}

/** Orders texts as a register does. */
export function compare(one: string, other: string): number {
  return format(Intl.Collator, { numeric: true, sensitivity: "base" }).compare(one, other);
}
