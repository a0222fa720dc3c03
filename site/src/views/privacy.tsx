import { paths } from "../places.ts";
import * as t from "../.texts/about.ts";
import * as of from "../.texts/visitor.ts";

/** What is kept of whom and for how long: what `docs/privacy.md` says, for who is meant. */
export function Privacy() {
  const kept = [t.keptAccount, t.keptProfile, t.keptNewsletter, t.keptVouchers, t.keptChat, t.keptAudience, t.keptReadings];
  return (
    <div class="narrow">
      <h1>{of.privacy}</h1>
      <p class="lead">{t.privacyLead}</p>
      <section class="panel" aria-labelledby="kept-heading">
        <h2 id="kept-heading">{t.kept}</h2>
        <ul>{kept.map((text, number) => <li key={number}>{text({ strong: (words) => <strong>{words}</strong> })}</li>)}</ul>
        <p>{t.keptVisitors}</p>
      </section>
      <section class="panel" aria-labelledby="browser-heading">
        <h2 id="browser-heading">{t.browser}</h2>
        <p>{t.browserText}</p>
      </section>
      <section class="panel" aria-labelledby="yours-heading">
        <h2 id="yours-heading">{t.yours}</h2>
        <p>{t.yoursText({ link: (words) => <a href={paths.account}>{words}</a> })}</p>
      </section>
      <section class="panel" aria-labelledby="stays-heading">
        <h2 id="stays-heading">{t.stays}</h2>
        <ul>{[t.staysVouchers, t.staysOwed, t.staysOthers].map((text) => <li key={text}>{text}</li>)}</ul>
      </section>
      <p class="hint apart">
        {t.complain({ contact: (words) => <a href={paths.contact}>{words}</a>, office: (words) => <a href="https://ico.org.uk/">{words}</a> })}
      </p>
    </div>
  );
}
