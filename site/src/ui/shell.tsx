// The frame around every view: header, main, footer, the offline note and the messages.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { paths, SITE_NAME } from "../places.ts";
import { Boundary } from "./boundary.tsx";
import { Icon } from "./icons.tsx";
import { useLazy } from "./lazy.ts";
import { Toasts } from "./toasts.tsx";

export function Shell({ onSignOut }: { readonly onSignOut: () => void }) {
  const { notices, session, config } = useApp();
  const { support } = config.apis;
  const userId = session.person?.userId;
  const corner = useLazy(support !== undefined && Boolean(userId) && (() => import("../chat/corner.tsx")));
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>("#content")?.focus();
  };
  return (
    <div class="shell">
      <a class="skip-link" href="#content" onClick={skip}>Skip to content</a>
      <Header onSignOut={onSignOut} />
      <OfflineNote />
      <Outlet />
      <footer class="site-footer"><p>{SITE_NAME} · <a href={paths.contact()}>Contact</a> · <a href={paths.terms}>Terms</a> · <a href={paths.privacy}>Privacy</a> · <a href={paths.status}>Status</a> · <a href={paths.developers}>For developers</a></p></footer>
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
        <nav aria-label="Main">
          <ul class="site-links" role="list">
            <li><NavLink href={paths.tariffs}>Tariffs</NavLink></li>
            {person && config.apis.vouchers && <li><NavLink href={paths.vouchers}>Vouchers</NavLink></li>}
            {session.can("write", "products") && <li><NavLink href={paths.addTariff}>Add a tariff</NavLink></li>}
            {config.apis.campaigns && session.can("run", "campaigns") && <li><NavLink href={paths.campaigns}>Campaigns</NavLink></li>}
            {session.can("list", "users") && <li><NavLink href={paths.users}>Users</NavLink></li>}
          </ul>
        </nav>
        <div class="account">
          {person
            ? <>
                <NavLink class="person" href={paths.account} title={person.email}><span class="visually-hidden">Your account: </span>{person.email}</NavLink>
                <button type="button" class="button button-quiet" onClick={onSignOut}>Sign out</button>
              </>
            : <NavLink class="button button-quiet" href="/sign-in">Sign in</NavLink>}
        </div>
      </div>
    </header>
  );
}

function NavLink({ href, children, ...rest }: { readonly href: string; readonly class?: string; readonly title?: string; readonly children: ComponentChildren }) {
  const isHere = useApp().router.shown.value.path === href;
  return <a href={href} aria-current={isHere ? "page" : undefined} {...rest}>{children}</a>;
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
  return <main id="content" class="page" tabindex={-1} aria-busy={isBusy || undefined} ref={main}><Boundary key={key}>{content}</Boundary></main>;
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
      {!isOnline && <><Icon name="offline" /><p>You are offline. What you see may be out of date.</p></>}
    </div>
  );
}
