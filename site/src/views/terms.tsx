import { paths } from "../places.ts";
import * as t from "../.texts/about.ts";
import * as of from "../.texts/visitor.ts";

/** What the site does, and what its vouchers do. */
export function Terms() {
  return (
    <div class="narrow">
      <h1>{of.terms}</h1>
      <p class="lead">{t.termsLead}</p>
      <section class="panel" aria-labelledby="tariffs-heading">
        <h2 id="tariffs-heading">{t.tariffs}</h2>
        <p>{t.tariffsText}</p>
      </section>
      <section class="panel" aria-labelledby="buying-heading">
        <h2 id="buying-heading">{t.buying}</h2>
        <ul>{[t.buyingAmount, t.buyingMail, t.buyingLimit, t.buyingOnce].map((text) => <li key={text}>{text}</li>)}</ul>
      </section>
      <section class="panel" aria-labelledby="worth-heading">
        <h2 id="worth-heading">{t.worth}</h2>
        <ul>{[t.worthCode, t.worthAlways].map((text) => <li key={text}>{text}</li>)}</ul>
      </section>
      <section class="panel" aria-labelledby="failed-heading">
        <h2 id="failed-heading">{t.failed}</h2>
        <p>{t.failedText}</p>
      </section>
      <p class="hint apart">
        {t.seePrivacy({ privacy: (words) => <a href={paths.privacy}>{words}</a>, contact: (words) => <a href={paths.contact}>{words}</a> })}
      </p>
    </div>
  );
}
