// Prices are decimal strings from the form to the database and back; no float ever holds one.

import type { components } from "./api/contract/catalog.ts";

type Schemas = components["schemas"];

/** What this site offers to choose from. */
export const CURRENCIES: readonly Schemas["Currency"][] = ["GBP", "EUR", "USD"];
export const UNITS: readonly Schemas["Unit"][] = ["kWh", "day", "month"];

const formats = new Map<string, Intl.NumberFormat>();

/** "£0.245" for "0.2450": two decimals at least, four at most. */
export function formatPrice(price: string, currency: string): string {
  // What is no price, or in no currency that exists, is shown as it came.
  if (!/^\d+(\.\d+)?$/.test(price) || !/^[A-Z]{3}$/.test(currency)) return `${price} ${currency}`;
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
export function perUnit(unit: string): string {
  return `per ${unit}`;
}
