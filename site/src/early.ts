// Asks at once for all that the page of an address is made of. Each file would name the next one else, and a phone far
// away would wait for one after the other: the addresses, the view's code, its texts.

import { language, type Loads } from "./language.ts";
import { paths } from "./places.ts";

type Load = () => Promise<unknown>;
type Texts = Readonly<Record<keyof Loads, Load>>;

const about: Load = () => import("./views/about.tsx");
const aboutTexts: Texts = { en: () => import("./.texts/about.en.ts"), de: () => import("./.texts/about.de.ts") };
const signIn: Load = () => import("./views/sign-in.tsx");
const signInTexts: Texts = { en: () => import("./.texts/signIn.en.ts"), de: () => import("./.texts/signIn.de.ts") };
const formTexts: Texts = { en: () => import("./.texts/forms.en.ts"), de: () => import("./.texts/forms.de.ts") };

/** The code and the texts of pages that everybody may open first, from a link elsewhere. */
const PAGES: Readonly<Record<string, readonly [Load, ...Texts[]]>> = {
  [paths.contact]: [about, aboutTexts],
  [paths.terms]: [about, aboutTexts],
  [paths.privacy]: [about, aboutTexts],
  [paths.status]: [
    () => import("./views/status.tsx"),
    { en: () => import("./.texts/status.en.ts"), de: () => import("./.texts/status.de.ts") },
  ],
  [paths.developers]: [
    () => import("./views/developers.tsx"),
    { en: () => import("./.texts/developers.en.ts"), de: () => import("./.texts/developers.de.ts") },
  ],
  [paths.signIn()]: [signIn, signInTexts, formTexts],
  [paths.signUp()]: [signIn, signInTexts, formTexts],
  [paths.forgottenPassword()]: [signIn, signInTexts, formTexts],
};

/** Nothing waits for it, and what does not come is asked for again by whoever needs it, who says so. */
export function askEarly(path: string): void {
  if (path === paths.tariffs || path.startsWith("/tariffs/")) return;
  const [code, ...texts] = PAGES[path] ?? [];
  const loads = [() => import("./routes.tsx"), code, ...texts.map((one) => one[language.peek()])];
  for (const load of loads) load?.().catch(() => undefined);
}
