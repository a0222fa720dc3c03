// What every view is given.

import type { Catalog } from "./api/catalog.ts";
import type { Identity } from "./api/identity.ts";
import type { Session } from "./auth/session.ts";
import type { Live } from "./push/live.ts";
import type { Router } from "./router.ts";
import type { Shell } from "./ui/shell.ts";

export interface App {
  readonly session: Session;
  readonly identity: Identity;
  readonly catalog: Catalog;
  readonly live: Live;
  readonly router: Router;
  readonly shell: Shell;
}
