import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/about.ts";
import * as of from "../.texts/visitor.ts";

/** Where people are answered. */
const HELP = "help@blockwork.example";
/** What our ids of requests look like; anything else in the address is nobody's. */
const REFERENCE = /^[\w=-]{1,64}$/;

/** How to reach us, with the reference of what went wrong where somebody comes from it. */
export function Contact({ page }: { readonly page: Page }) {
  const given = page.query.get("reference") ?? "";
  const reference = REFERENCE.test(given) ? given : undefined;
  const mail = `mailto:${HELP}${reference ? `?subject=${encodeURIComponent(t.subject({ reference }))}` : ""}`;
  return (
    <div class="narrow">
      <h1>{of.contact}</h1>
      <p class="lead">{t.contactLead}</p>
      <section class="panel" aria-labelledby="mail-heading">
        <h2 id="mail-heading">{t.byMail}</h2>
        <p>{t.writeTo({ address: HELP, mail: (address) => <a href={mail}>{address}</a> })}</p>
        <p>{reference ? t.yourReference({ reference, code: (id) => <code>{id}</code> }) : t.sendReference}</p>
      </section>
      <section class="panel" aria-labelledby="chat-heading">
        <h2 id="chat-heading">{t.inChat}</h2>
        <p>{t.chatText({ link: (words) => <a href={paths.signIn(page.path)}>{words}</a> })}</p>
      </section>
      <p class="hint apart">{t.seeStatus({ link: (words) => <a href={paths.status}>{words}</a> })}</p>
    </div>
  );
}
