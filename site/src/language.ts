// The language that the page speaks: what the person has chosen, else the first of the browser's that there is.

import { signal } from "@preact/signals";
import { deviceStorage } from "./storage.ts";

/** By language, the locale of its numbers, dates and marks. */
export const LOCALES = { en: "en-GB", de: "de-DE" } as const;
export type Language = keyof typeof LOCALES;

/** What each calls itself, as `Intl.DisplayNames` says it, which takes a phone a tenth of a second to set up. */
export const NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

export type Loads = Readonly<Record<Language, () => Promise<{ readonly default: readonly unknown[] }>>>;

const NAME = "blockwork.language";
const storage = deviceStorage();
/** Each loads the texts of a part in a language, and answers what puts them in their place. */
const parts: ((to: Language) => Promise<() => void>)[] = [];
let wanted: Language;

export const language = signal(choice([storage.getItem(NAME) ?? "", ...navigator.languages]));
wanted = language.peek();

/** The first of these that the site has, such as “de” for “de-AT”. */
export function choice(asked: readonly string[]): Language {
  return asked.map((one) => one.slice(0, 2)).find((one): one is Language => Object.hasOwn(LOCALES, one)) ?? "en";
}

/** Have the texts of a part, now and in whatever language is chosen later; `take` puts them in their place. */
export async function texts(loads: Loads, take: (texts: readonly unknown[]) => void): Promise<void> {
  const part = async (to: Language) => {
    const { default: all } = await loads[to]();
    return () => take(all);
  };
  parts.push(part);
  let first: Language;
  let put: () => void;
  // Another one may be chosen while this one comes.
  do put = await part((first = language.peek()));
  while (first !== language.peek());
  put();
}

/** Speak another language from now on, in this browser; throws, and all stays, if its texts cannot be loaded. */
export async function speak(to: Language): Promise<void> {
  wanted = to;
  const loaded = await Promise.all(parts.map((part) => part(to)));
  // Who has pressed twice gets what they pressed last.
  if (wanted !== to) return;
  for (const put of loaded) put();
  storage.setItem(NAME, to);
  language.value = to;
}
