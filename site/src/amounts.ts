// Prices and amounts as people type them: what is wrong with one, and the decimal string that it means.

const MOST = 1_000_000;
const MOST_OF_A_VOUCHER = 500;

/** What is wrong with a typed price, in words for the person who typed it; undefined when it fits. */
export function priceProblem(text: string): string | undefined {
  const price = text.trim();
  if (/^-/.test(price)) return "Enter a price of 0 or more.";
  return decimalProblem(price, { a: "a price", the: "the price", decimals: 4, example: "0.2450" }) ??
    (isMore(price, MOST) ? "Enter a price of at most 1,000,000." : undefined);
}

/** The same for the amount of a voucher, in pounds. */
export function amountProblem(text: string): string | undefined {
  const amount = withoutSign(text);
  return decimalProblem(amount, { a: "an amount", the: "the amount", decimals: 2, example: "25.00" }) ??
    (amount.startsWith("0") || isMore(amount, MOST_OF_A_VOUCHER) ? "Enter an amount from £1 to £500." : undefined);
}

/** "25.00" for a typed amount that fits, such as "25" or "£25.0". */
export function amountOf(text: string): string {
  const [whole = "", decimals = ""] = withoutSign(text).split(".");
  return `${whole}.${decimals.padEnd(2, "0")}`;
}

function withoutSign(text: string): string {
  return text.trim().replace(/^£\s*/, "");
}

function decimalProblem(
  text: string,
  { a, the, decimals, example }: Readonly<{ a: string; the: string; decimals: number; example: string }>,
): string | undefined {
  if (text === "") return `Enter ${a}, for example ${example}.`;
  if (/,/.test(text)) return `Enter ${the} with a point and without commas, for example ${example}.`;
  if (!/^(0|[1-9]\d*)(\.\d+)?$/.test(text)) return `Enter ${the} in digits, for example ${example}.`;
  const typed = text.split(".")[1] ?? "";
  if (typed.length > decimals) return `Enter ${a} with at most ${decimals} decimals.`;
  return undefined;
}

function isMore(decimal: string, most: number): boolean {
  const [whole = "", decimals = ""] = decimal.split(".");
  const units = BigInt(whole);
  return units > BigInt(most) || (units === BigInt(most) && /[1-9]/.test(decimals));
}
