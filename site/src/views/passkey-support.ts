/** Whether this browser has what passkeys need: it has not on plain http, and where its owner has switched it off. */
export function canUsePasskeys(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === "function";
}
