// The weather of a day.

import type { Query } from "../queries.ts";
import { ApiError, type ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/forecast.ts";
import { typed } from "./typed.ts";

type Schemas = components["schemas"];
export type Forecast = Readonly<Schemas["ForecastView"]>;
export type Region = Readonly<Schemas["RegionView"]>;

const FRESH_MS = 600_000;

/** The forecast of a day such as `2026-03-01`; null where there is none yet. */
export function forecastOf(client: ApiClient, date: string): Query<Forecast | null> {
  const api = typed<paths>(client);
  return {
    queryKey: ["forecast", date],
    queryFn: async ({ signal }) => {
      try {
        return await api.call("get", "/forecast", { query: { date }, signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    staleTime: FRESH_MS,
  };
}
