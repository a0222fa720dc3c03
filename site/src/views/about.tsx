// What the footer leads to, where it is words only: one file of code, as each page is short.

import { paths } from "../places.ts";
import type { Page, View } from "../router.ts";
import * as of from "../.texts/visitor.ts";
import { Contact } from "./contact.tsx";
import { Privacy } from "./privacy.tsx";
import { Terms } from "./terms.tsx";

/** The view of one of these pages. */
export function aboutView(page: Page): View {
  const path = new URL(page.path, window.location.origin).pathname.replace(/\/$/, "");
  if (path === paths.terms) return { title: () => of.terms, content: () => <Terms /> };
  if (path === paths.privacy) return { title: () => of.privacy, content: () => <Privacy /> };
  return { title: () => of.contact, content: () => <Contact page={page} /> };
}
