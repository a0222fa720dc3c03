import { paths } from "../places.ts";
import type { Page } from "../router.ts";

/** Where people are answered. */
const HELP = "help@blockwork.example";
/** What our ids of requests look like; anything else in the address is nobody's. */
const REFERENCE = /^[\w=-]{1,64}$/;

/** How to reach us, with the reference of what went wrong where somebody comes from it. */
export function Contact({ page }: { readonly page: Page }) {
  const given = page.query.get("reference") ?? "";
  const reference = REFERENCE.test(given) ? given : undefined;
  const mail = `mailto:${HELP}${reference ? `?subject=${encodeURIComponent(`Reference ${reference}`)}` : ""}`;
  return (
    <div class="narrow">
      <h1>Contact</h1>
      <p class="lead">There are two ways to reach us.</p>
      <section class="panel" aria-labelledby="mail-heading">
        <h2 id="mail-heading">By e-mail</h2>
        <p>Write to <a href={mail}>{HELP}</a>. Say what you wanted to do, and what happened instead.</p>
        {reference
          ? <p>Your reference is <code>{reference}</code>: it stands in the subject already, and we find by it what went wrong.</p>
          : <p>If the page told you a reference, send it along: we find by it what went wrong.</p>}
      </section>
      <section class="panel" aria-labelledby="chat-heading">
        <h2 id="chat-heading">In the chat</h2>
        <p>Once you are <a href={paths.signIn(paths.contact(reference))}>signed in</a>, the chat is in the corner of every page. It keeps a list of what you ask us to do.</p>
      </section>
      <p class="hint apart">Does something not work? The page <a href={paths.status}>Status</a> shows which of our services answer right now.</p>
    </div>
  );
}
