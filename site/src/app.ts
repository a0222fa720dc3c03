// What every view uses.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { QueryClient } from "@tanstack/query-core";
import type { Catalog } from "./api/catalog.ts";
import type { Session } from "./auth/session.ts";
import type { Config } from "./config.ts";
import type { Router } from "./router.ts";
import type { Notices } from "./ui/notices.ts";

export interface App {
  readonly config: Config;
  readonly session: Session;
  readonly queries: QueryClient;
  readonly catalog: Catalog;
  readonly router: Router;
  readonly notices: Notices;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("a view is drawn outside of the app");
  return app;
}
