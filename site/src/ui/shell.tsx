// The frame around every view: header, main, footer, the offline note and the messages.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { language, NAMES, speak, type Language } from "../language.ts";
import { paths, SITE_NAME } from "../places.ts";
import * as t from "../.texts/visitor.ts";
import { Boundary } from "./boundary.tsx";
import { Icon } from "./icons.tsx";
import { useLazy } from "./lazy.ts";
import { Toasts } from "./toasts.tsx";

export function Shell({ onSignOut }: { readonly onSignOut: () => void }) {
  const { notices, session, config } = useApp();
  // Whatever is drawn is drawn again in another language.
  const spoken = language.value;
  const { support } = config.apis;
  const userId = session.person?.userId;
  const corner = useLazy(support !== undefined && Boolean(userId) && (() => import("../chat/corner.tsx")));
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>("#content")?.focus();
  };
  const links = [[paths.contact, t.contact], [paths.terms, t.terms], [paths.privacy, t.privacy], [paths.status, t.status], [paths.developers, t.developers]] as const;
  return (
    <div class="shell">
      <a class="skip-link" href="#content" onClick={skip}>{t.skip}</a>
      <Header onSignOut={onSignOut} />
      <OfflineNote />
      <Outlet />
      <footer class="site-footer">
        <p>{SITE_NAME}{links.map(([href, words]) => <> · <a href={href}>{words}</a></>)}</p>
        <Languages spoken={spoken} />
      </footer>
      {support && userId && corner && <corner.Corner key={userId} userId={userId} url={support} />}
      <div class="visually-hidden" role="status">{notices.announced.value}</div>
      <Toasts />
    </div>
  );
}

/** Who is signed in, and the links that person may use. */
function Header({ onSignOut }: { readonly onSignOut: () => void }) {
  const { session, config } = useApp();
  const { person } = session;
  return (
    <header class="site-header">
      <div class="site-header-inner">
        <a class="brand" href={paths.tariffs}><img src="/favicon.svg" alt="" width={32} height={32} />{SITE_NAME}</a>
        <nav aria-label={t.mainNav}>
          <ul class="site-links" role="list">
            <li><NavLink href={paths.tariffs}>{t.tariffs}</NavLink></li>
            {person && config.apis.vouchers && <li><NavLink href={paths.vouchers}>{t.vouchers}</NavLink></li>}
            {person && config.apis.readings && <li><NavLink href={paths.readings}>{t.readings}</NavLink></li>}
            {session.can("write", "products") && <li><NavLink href={paths.addTariff}>{t.addTariff}</NavLink></li>}
            {config.apis.campaigns && session.can("run", "campaigns") && <li><NavLink href={paths.campaigns}>{t.campaigns}</NavLink></li>}
            {session.can("list", "users") && <li><NavLink href={paths.users}>{t.users}</NavLink></li>}
          </ul>
        </nav>
        <div class="account">
          {person
            ? <>
                <NavLink class="person" href={paths.account} title={person.email}><span class="visually-hidden">{t.yourAccount}</span>{person.email}</NavLink>
                <button type="button" class="button button-quiet" onClick={onSignOut}>{t.signOut}</button>
              </>
            : <NavLink class="button button-quiet" href="/sign-in">{t.signIn}</NavLink>}
        </div>
      </div>
    </header>
  );
}

/** The languages there are, each by its own name. */
function Languages({ spoken }: { readonly spoken: Language }) {
  const { notices } = useApp();
  return (
    <p role="group" aria-label={t.language}>
      {(Object.keys(NAMES) as Language[]).map((one) => (
        <button key={one} type="button" class="language" lang={one} aria-pressed={one === spoken}
          onClick={() => speak(one).catch(() => notices.notify(t.languageNotLoaded))}>
          {NAMES[one]}
        </button>
      ))}
    </p>
  );
}

function NavLink({ href, class: style, title, children }: { readonly href: string; readonly class?: string; readonly title?: string; readonly children: ComponentChildren }) {
  const isHere = useApp().router.shown.value.path === href;
  return <a href={href} aria-current={isHere ? "page" : undefined} class={style} title={title}>{children}</a>;
}

/** The view of the address; a new one has the focus on its heading. */
function Outlet() {
  const { key, content, movesFocus, isBusy } = useApp().router.shown.value;
  const main = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!movesFocus) return;
    const target = main.current?.querySelector<HTMLElement>("h1") ?? main.current;
    if (!target) return;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }, [key]);
  return <main id="content" class="page" tabindex={-1} aria-busy={isBusy || undefined} ref={main}><Boundary key={key}>{content()}</Boundary></main>;
}

function OfflineNote() {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    for (const name of ["online", "offline"]) window.addEventListener(name, look);
    return () => {
      for (const name of ["online", "offline"]) window.removeEventListener(name, look);
    };
  }, []);
  return (
    <div class="offline-note" role="status">
      {!isOnline && <><Icon name="offline" /><p>{t.offlineNote}</p></>}
    </div>
  );
}
