// The rules of the user pool for passwords, to be told while one is typed.

import { list } from "./more-formats.ts";
import * as t from "./.texts/signIn.ts";

export interface Rule {
  readonly words: () => string;
  readonly isMet: (password: string) => boolean;
}

/** "Adding user pool password requirements" of the Cognito developer guide lists the symbols. */
const SYMBOL = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=\S) +(?=\S)/;

export const RULES: readonly Rule[] = [
  { words: () => t.ruleLength, isMet: (password) => password.length >= 12 },
  { words: () => t.ruleLower, isMet: (password) => /[a-z]/.test(password) },
  { words: () => t.ruleUpper, isMet: (password) => /[A-Z]/.test(password) },
  { words: () => t.ruleDigit, isMet: (password) => /\d/.test(password) },
  { words: () => t.ruleSymbol, isMet: (password) => SYMBOL.test(password) },
];

/** What a new password lacks, in words for the person who typed it; undefined when it fits. */
export function passwordProblem(password: string): string | undefined {
  if (password === "") return t.choosePassword;
  const missing = RULES.filter(({ isMet }) => !isMet(password)).map(({ words }) => words());
  return missing.length === 0 ? undefined : t.stillNeeds({ rules: list(missing) });
}
