// The rules of the user pool for passwords, to be told while one is typed.

export interface Rule {
  readonly words: string;
  readonly isMet: (password: string) => boolean;
}

/** "Adding user pool password requirements" of the Cognito developer guide lists the symbols. */
const SYMBOL = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=\S) +(?=\S)/;

export const RULES: readonly Rule[] = [
  { words: "12 characters or more", isMet: (password) => password.length >= 12 },
  { words: "a lower-case letter", isMet: (password) => /[a-z]/.test(password) },
  { words: "an upper-case letter", isMet: (password) => /[A-Z]/.test(password) },
  { words: "a digit", isMet: (password) => /\d/.test(password) },
  { words: "a symbol, such as ! or -", isMet: (password) => SYMBOL.test(password) },
];

/** What a new password lacks, in words for the person who typed it; undefined when it fits. */
export function passwordProblem(password: string): string | undefined {
  if (password === "") return "Choose a password.";
  const missing = RULES.filter(({ isMet }) => !isMet(password)).map(({ words }) => words);
  return missing.length === 0 ? undefined : `This password still needs ${listed(missing)}.`;
}

function listed(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(words);
}
