// Prices are decimal strings from the form to the database and back; no float ever holds one.

import * as t from "./.texts/visitor.ts";
import type { components } from "./api/.contract/catalog.ts";

type Schemas = components["schemas"];

/** What this site offers to choose from. */
export const CURRENCIES: readonly Schemas["Currency"][] = ["GBP", "EUR", "USD"];
export const UNITS: readonly Schemas["Unit"][] = ["kWh", "day", "month"];

/** "per kWh" */
export function perUnit(unit: string): string {
  return t.perUnit({ unit });
}
