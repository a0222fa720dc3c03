// What the website is called, and where in it things are.

export const SITE_NAME = "Blockwork Energy";

export const paths = {
  tariffs: "/",
  tariff: (productId: string) => `/tariffs/${encodeURIComponent(productId)}`,
  changeTariff: (productId: string) => `/tariffs/${encodeURIComponent(productId)}/change`,
  addTariff: "/add-tariff",
  vouchers: "/vouchers",
  voucher: (voucherId: string) => `/vouchers/${encodeURIComponent(voucherId)}`,
  buyVoucher: "/buy-voucher",
  campaigns: "/campaigns",
  campaign: (campaignId: string) => `/campaigns/${encodeURIComponent(campaignId)}`,
  startCampaign: "/write-campaign",
  readings: "/readings",
  imported: (importId: string) => `/readings/files/${encodeURIComponent(importId)}`,
  meter: (meterId: string) => `/meters/${encodeURIComponent(meterId)}`,
  registerMeter: "/register-meter",
  account: "/account",
  users: "/users",
  developers: "/developers",
  contact: "/contact",
  terms: "/terms",
  privacy: "/privacy",
  status: "/status",
  permissions: (userId: string) => `/users/${encodeURIComponent(userId)}/permissions`,
  // Whatever somebody does to be signed in, they come back to `next`.
  signUp: (next?: string | null) => withNext("/sign-up", next),
  forgottenPassword: (next?: string | null) => withNext("/forgotten-password", next),
  signIn: (next?: string | null, { expired = false } = {}) => withNext("/sign-in", next, expired ? { expired: "" } : {}),
} as const;

function withNext(path: string, next: string | null | undefined, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...(next && { next }), ...more }).toString();
  return query ? `${path}?${query}` : path;
}
