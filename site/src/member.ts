// What somebody who is signed in has beside a visitor: their own things, and news of them. Visitors never load it.

import { ApiClient } from "./api/client.ts";
import { Identity } from "./api/identity.ts";
import { Vouchers } from "./api/vouchers.ts";
import type { App } from "./app.ts";
import { Live } from "./push/live.ts";
import { takeUp } from "./push/news.ts";
import { tabStorage } from "./storage.ts";

export interface Member {
  readonly identity: Identity;
  /** Undefined where a stage sells none. */
  readonly vouchers: Vouchers | undefined;
  readonly live: Live;
}

export function newMember(app: App): Member {
  const { config, session, queries } = app;
  const { apis } = config;
  const identity = new Identity(new ApiClient(apis.identity, session), queries);
  const vouchers = apis.vouchers ? new Vouchers(new ApiClient(apis.vouchers, session), queries) : undefined;
  const live = new Live({ url: config.webSocketUrl, ticket: () => identity.ticket(), storage: tabStorage() });
  live.onMessage((message) => {
    takeUp(message, app, vouchers).catch((error: unknown) => console.warn(error));
  });
  return { identity, vouchers, live };
}
