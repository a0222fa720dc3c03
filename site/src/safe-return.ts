// Where signing in leads back to.

/** A path of this site to return to after signing in; anything else becomes the front page. */
export function safeReturn(path: string | null): string {
  const here = window.location.origin;
  if (!path?.startsWith("/") || !URL.canParse(path, here)) return "/";
  // As the browser reads it: it drops tabs and line ends, and takes a backslash for a slash.
  const url = new URL(path, here);
  return url.origin === here && !url.pathname.startsWith("//") ? url.pathname + url.search + url.hash : "/";
}
