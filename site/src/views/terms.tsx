import { paths } from "../places.ts";

/** What the site does, and what its vouchers do. */
export function Terms() {
  return (
    <div class="narrow">
      <h1>Terms</h1>
      <p class="lead">
        Blockwork Energy is a demonstration: it shows what a shop for energy can look like. It supplies no energy, and
        nothing on this site makes a contract for any.
      </p>
      <section class="panel" aria-labelledby="tariffs-heading">
        <h2 id="tariffs-heading">Tariffs</h2>
        <p>A tariff says what a unit costs at this moment. Its price may change at any time; the page says when it last did.</p>
      </section>
      <section class="panel" aria-labelledby="buying-heading">
        <h2 id="buying-heading">Buying a voucher</h2>
        <ul>
          <li>A voucher is worth from £1.00 to £500.00, which is what you pay for it, in advance.</li>
          <li>Once it is paid we make a document (PDF) with a code, and mail it to the address that you name.</li>
          <li>Everybody may buy 30 an hour.</li>
          <li>If you send a purchase again because its answer was lost, it is not paid twice.</li>
        </ul>
      </section>
      <section class="panel" aria-labelledby="worth-heading">
        <h2 id="worth-heading">What it is good for</h2>
        <ul>
          <li>It is worth its amount to whoever shows its code first. Do not show the code to others.</li>
          <li>It does not run out, and stays good when you delete your account.</li>
        </ul>
      </section>
      <section class="panel" aria-labelledby="failed-heading">
        <h2 id="failed-heading">If it comes to nothing</h2>
        <p>
          A voucher that cannot be delivered, for example because its address cannot be read or three days of trying were in
          vain, fails: its code is worth nothing, its payment is cancelled before, and your list of vouchers says why.
        </p>
      </section>
      <p class="hint apart">What we keep of you is said under <a href={paths.privacy}>Privacy</a>; <a href={paths.contact()}>ask us</a> about the rest.</p>
    </div>
  );
}
