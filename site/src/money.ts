// Prices are decimal strings from the form to the database and back; no float ever holds one.

export const CURRENCIES = ["GBP", "EUR", "USD"] as const;
export type Currency = (typeof CURRENCIES)[number];

export const UNITS = ["kWh", "day", "month"] as const;
export type Unit = (typeof UNITS)[number];

const MOST = 1_000_000;

const formats = new Map<string, Intl.NumberFormat>();

/** "£0.245" for "0.2450": two decimals at least, four at most. */
export function formatPrice(price: string, currency: Currency): string {
  let format = formats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat("en-GB", {
      style: "currency",
      currency,
      minimumFractionDigits: 2,
      maximumFractionDigits: 4,
    });
    formats.set(currency, format);
  }
  return format.format(price as Intl.StringNumericLiteral);
}

/** "per kWh" */
export function perUnit(unit: Unit): string {
  return `per ${unit}`;
}

/** What is wrong with a typed price, in words for the person who typed it; undefined when it fits. */
export function priceProblem(text: string): string | undefined {
  const price = text.trim();
  if (price === "") return "Enter a price, for example 0.2450.";
  if (/^-/.test(price)) return "Enter a price of 0 or more.";
  if (/,/.test(price)) return "Enter the price with a point and without commas, for example 0.2450.";
  if (!/^(0|[1-9]\d*)(\.\d+)?$/.test(price)) return "Enter the price in digits, for example 0.2450.";
  const [whole = "", decimals = ""] = price.split(".");
  if (decimals.length > 4) return "Enter a price with at most 4 decimals.";
  const units = BigInt(whole);
  if (units > BigInt(MOST) || (units === BigInt(MOST) && /[1-9]/.test(decimals))) {
    return "Enter a price of at most 1,000,000.";
  }
  return undefined;
}
