// What is wrong with a form: by field, and with the whole.

import { ApiError } from "../api/problem.ts";
import * as t from "../.texts/forms.ts";

export interface Problems {
  readonly fields: ReadonlyMap<string, string>;
  readonly whole: readonly string[];
  /** What somebody else has stored meanwhile, to be taken over into the form. */
  readonly theirs?: object;
}

export const NONE: Problems = { fields: new Map(), whole: [] };

/** Problems of the whole form alone. */
export function ofWhole(...whole: readonly string[]): Problems {
  return { ...NONE, whole };
}

export function hasProblems({ fields, whole }: Problems): boolean {
  return fields.size > 0 || whole.length > 0;
}

/** What each check of a field finds wrong: the problems by field, undefined if there are none. */
export function found(checks: Readonly<Record<string, string | undefined>>): Problems | undefined {
  const wrong = Object.entries(checks).filter((one): one is [string, string] => one[1] !== undefined);
  return wrong.length > 0 ? { ...NONE, fields: new Map(wrong) } : undefined;
}

/** What an API said of fields: at those of this form, the rest with the whole; undefined if it said nothing of them. */
export function fieldProblems(error: unknown, here: readonly string[], title = (name: string): string => name): Problems | undefined {
  if (!(error instanceof ApiError) || error.errors.length === 0) return undefined;
  const said = error.errors.map(({ field: name, detail }) => ({ name, text: capitalised(sentence(t.fieldSays({ title: title(name), detail }))) }));
  return {
    fields: new Map(said.filter(({ name }) => here.includes(name)).map(({ name, text }) => [name, text])),
    whole: said.filter(({ name }) => !here.includes(name)).map(({ text }) => text),
  };
}

/** With the mark that ends one. */
export function sentence(text: string): string {
  return text + (/[.!?]$/.test(text) ? "" : ".");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
