// Prices and amounts as people type them: what is wrong with one, and the decimal string that it means.

import { decimalSign, shortMoney } from "./more-formats.ts";
import * as t from "./.texts/forms.ts";

const MOST = 1_000_000;
const [LEAST_OF_A_VOUCHER, MOST_OF_A_VOUCHER] = [1, 500];

/** What is wrong with a typed price, in words for the person who typed it; undefined when it fits. */
export function priceProblem(text: string): string | undefined {
  const price = priceOf(text);
  if (/^-/.test(price)) return t.priceNegative;
  const example = typed("0.2450");
  return decimalProblem(price, 4, {
    missing: () => t.priceMissing({ example }),
    marks: () => t.pricePoint({ example }),
    digits: () => t.priceDigits({ example }),
    decimals: (n) => t.priceDecimals({ n }),
  }) ?? (isMore(price, MOST) ? t.priceMost({ n: MOST }) : undefined);
}

/** The decimal string that a typed price means. */
export function priceOf(text: string): string {
  return decimal(text.trim());
}

/** What is wrong with the typed amount of a voucher, in pounds. */
export function amountProblem(text: string): string | undefined {
  const amount = withoutSign(text);
  const example = typed("25.00");
  return decimalProblem(amount, 2, {
    missing: () => t.amountMissing({ example }),
    marks: () => t.amountPoint({ example }),
    digits: () => t.amountDigits({ example }),
    decimals: (n) => t.amountDecimals({ n }),
  }) ?? (amount.startsWith("0") || isMore(amount, MOST_OF_A_VOUCHER) ? t.amountRange(amountRange()) : undefined);
}

/** What a voucher may have, such as “£1” and “£500”. */
export function amountRange(): { readonly least: string; readonly most: string } {
  const [least = "", most = ""] = [LEAST_OF_A_VOUCHER, MOST_OF_A_VOUCHER].map((pounds) => shortMoney(String(pounds), "GBP"));
  return { least, most };
}

/** "25.00" for a typed amount that fits, such as "25" or "£25.0". */
export function amountOf(text: string): string {
  const [whole = "", decimals = ""] = withoutSign(text).split(".");
  return `${whole}.${decimals.padEnd(2, "0")}`;
}

/** A decimal string as one types it, such as "0,2450" in German. */
export function typed(decimal: string): string {
  return decimal.replace(".", decimalSign());
}

function withoutSign(text: string): string {
  return decimal(text.trim().replace(/^£\s*|\s*£$/g, ""));
}

/** With a point, whichever sign the language has; two of them stay, and are refused. */
function decimal(typed: string): string {
  const sign = decimalSign();
  return typed.split(sign).length === 2 && !typed.includes(".") ? typed.replace(sign, ".") : typed;
}

interface Words {
  readonly missing: () => string;
  readonly marks: () => string;
  readonly digits: () => string;
  readonly decimals: (most: string) => string;
}

function decimalProblem(text: string, most: number, words: Words): string | undefined {
  if (text === "") return words.missing();
  if (/,/.test(text)) return words.marks();
  if (!/^(0|[1-9]\d*)(\.\d+)?$/.test(text)) return words.digits();
  return (text.split(".")[1] ?? "").length > most ? words.decimals(String(most)) : undefined;
}

function isMore(decimal: string, most: number): boolean {
  const [whole = "", decimals = ""] = decimal.split(".");
  const units = BigInt(whole);
  return units > BigInt(most) || (units === BigInt(most) && /[1-9]/.test(decimals));
}
