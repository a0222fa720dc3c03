// All that the services keep of who is signed in, as each answers it to them alone: `docs/privacy.md` says why so.

import { ApiClient } from "./api/client.ts";
import type { paths as OfIdentity } from "./api/.contract/identity.ts";
import type { paths as OfSupport } from "./api/.contract/support.ts";
import type { paths as OfVouchers } from "./api/.contract/vouchers.ts";
import { typed } from "./api/typed.ts";
import type { Session } from "./auth/session.ts";
import type { Config } from "./config.ts";

const PAGE_SIZE = 100;

/** Everything, or the error of the service that did not answer: half of it is nobody's data. */
export async function takeOut({ apis }: Pick<Config, "apis">, session: Session): Promise<object> {
  const of = <Paths>(url: string) => typed<Paths>(new ApiClient(url, session));
  const identity = of<OfIdentity>(apis.identity);
  const vouchers = apis.vouchers && of<OfVouchers>(apis.vouchers);
  const support = apis.support && of<OfSupport>(apis.support);
  const profile = await identity.callSignedIn("get", "/me", {});
  return {
    takenOutAt: new Date().toISOString(),
    profile,
    permissions: session.person?.permissions ?? "",
    ...(vouchers && {
      vouchers: await all(async (page) => {
        const { vouchers: items, nextToken } = await vouchers.callSignedIn("get", "/vouchers", { query: { limit: PAGE_SIZE, ...page } });
        return { items, nextToken };
      }),
    }),
    ...(support && {
      support: await all(async (page) => {
        const { entries: items, nextToken } = await support.callSignedIn("get", "/history", { query: page });
        return { items, nextToken };
      }),
    }),
  };
}

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** The items of all pages of a list. */
async function all<Item>(ask: (page: { readonly nextToken?: string }) => Promise<Listed<Item>>): Promise<readonly Item[]> {
  const found: Item[] = [];
  let page: { readonly nextToken?: string } | undefined = {};
  while (page) {
    const { items, nextToken }: Listed<Item> = await ask(page);
    found.push(...items);
    page = nextToken === undefined ? undefined : { nextToken };
  }
  return found;
}
