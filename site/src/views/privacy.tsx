import { paths } from "../places.ts";

const KEPT = [
  ["Your e-mail address, password and second step", "until you delete your account", "to sign you in"],
  ["Your name and phone, if you told us, and what you may do here", "until you delete your account", "to know who you are"],
  ["Whether you want our newsletter, and since when", "until you say no, on your account page or by the link in each", "we mail it to nobody who has not asked for it"],
  ["Vouchers, their payments, codes and documents, and whom they were mailed to", "see below", "because money was paid for them"],
  ["What you wrote in the chat, and our replies", "90 days; open tasks until they are closed", "to answer you"],
  ["That a newsletter was meant for you, without your address", "90 days", "so that you do not get it twice"],
] as const;

/** What is kept of whom and for how long: what `docs/privacy.md` says, for who is meant. */
export function Privacy() {
  return (
    <div class="narrow">
      <h1>Privacy</h1>
      <p class="lead">What we keep of you, why, for how long, and how you get or delete it.</p>
      <section class="panel" aria-labelledby="kept-heading">
        <h2 id="kept-heading">What we keep</h2>
        <dl>
          {KEPT.map(([what, long, why]) => <div key={what}><dt><strong>{what}</strong></dt><dd>{long}: {why}.</dd></div>)}
        </dl>
        <p>Who only looks at tariffs is not asked for anything, and we keep nothing but the usual logs of requests.</p>
      </section>
      <section class="panel" aria-labelledby="browser-heading">
        <h2 id="browser-heading">In your browser</h2>
        <p>
          No cookies, nothing of anybody else’s, no counting of visits. Once you are signed in your browser keeps your session,
          so that you need not sign in on every page, and what was said in the chat until you close the tab. Signing out removes both.
        </p>
      </section>
      <section class="panel" aria-labelledby="yours-heading">
        <h2 id="yours-heading">Getting it, and deleting it</h2>
        <p>
          On <a href={paths.account}>your account page</a> you download all of it as one file, and you delete your account there.
          Deleting takes effect in all our services within seconds. For 15 days a mark stays that the account is deleted, so that
          what comes late is removed, too.
        </p>
      </section>
      <section class="panel" aria-labelledby="stays-heading">
        <h2 id="stays-heading">What stays when you are gone</h2>
        <ul>
          <li>
            Vouchers, payments, codes and documents, without your name or any address: a code may still be used, and the law
            makes shops keep records of sales, in the United Kingdom for at least 6 years.
          </li>
          <li>A voucher that is paid and not mailed yet keeps its recipient’s address until it is mailed or has failed.</li>
          <li>
            By themselves these run out: what keeps you from paying twice after 40 days, our record of what happened after 30 days,
            what failed in between after 14 days, backups after 35 days, and logs.
          </li>
        </ul>
      </section>
      <p class="hint apart">Something is not clear, or not right? <a href={paths.contact()}>Ask us.</a> You may also complain to the Information Commissioner’s Office, <a href="https://ico.org.uk/">ico.org.uk</a>.</p>
    </div>
  );
}
