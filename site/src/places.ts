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
  account: "/account",
  users: "/users",
  permissions: (userId: string) => `/users/${encodeURIComponent(userId)}/permissions`,
  signUp: "/sign-up",
  forgottenPassword: "/forgotten-password",
  signIn: (next = "/", { expired = false } = {}) =>
    `/sign-in?${new URLSearchParams({ next, ...(expired ? { expired: "" } : {}) })}`,
} as const;
