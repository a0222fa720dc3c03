// What every view is given.

import type { Catalog } from "./api/catalog.ts";
import type { Identity } from "./api/identity.ts";
import type { Session } from "./auth/session.ts";
import type { Live } from "./push/live.ts";
import type { Router } from "./router.ts";
import type { Shell } from "./ui/shell.ts";

export const SITE_NAME = "Blockwork Energy";

export interface App {
  readonly session: Session;
  readonly identity: Identity;
  readonly catalog: Catalog;
  readonly live: Live;
  readonly router: Router;
  readonly shell: Shell;
}

export const paths = {
  tariffs: "/",
  tariff: (productId: string) => `/tariffs/${encodeURIComponent(productId)}`,
  changeTariff: (productId: string) => `/tariffs/${encodeURIComponent(productId)}/change`,
  addTariff: "/add-tariff",
  vouchers: "/vouchers",
  voucher: (voucherId: string) => `/vouchers/${encodeURIComponent(voucherId)}`,
  buyVoucher: "/buy-voucher",
  account: "/account",
  users: "/users",
  permissions: (userId: string) => `/users/${encodeURIComponent(userId)}/permissions`,
  signUp: "/sign-up",
  forgottenPassword: "/forgotten-password",
  signIn: (next = "/", { expired = false } = {}) =>
    `/sign-in?${new URLSearchParams({ next, ...(expired ? { expired: "" } : {}) })}`,
} as const;
