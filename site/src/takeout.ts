// All that the services keep of who is signed in, as each answers it to them alone: `docs/privacy.md` says why so.

import { ApiClient } from "./api/client.ts";
import type { paths as OfIdentity } from "./api/.contract/identity.ts";
import type { paths as OfReadings } from "./api/.contract/readings.ts";
import type { paths as OfSupport } from "./api/.contract/support.ts";
import type { paths as OfVouchers } from "./api/.contract/vouchers.ts";
import { LARGEST_PAGE, VERSIONS } from "./api/readings.ts";
import { typed, type Typed } from "./api/typed.ts";
import type { Session } from "./auth/session.ts";
import type { Config } from "./config.ts";

const PAGE_SIZE = 100;

/** Everything, as one file of JSON, or the error of the service that did not answer: half of it is nobody's data. */
export async function takeOut({ apis }: Pick<Config, "apis">, session: Session): Promise<Blob> {
  const of = <Paths>(url: string) => typed<Paths>(new ApiClient(url, session));
  const identity = of<OfIdentity>(apis.identity);
  const vouchers = apis.vouchers && of<OfVouchers>(apis.vouchers);
  const support = apis.support && of<OfSupport>(apis.support);
  const readings = apis.readings && of<OfReadings>(apis.readings);
  const profile = await identity.callSignedIn("get", "/me", {});
  const data = {
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
    ...(readings && {
      imports: await all(async (page) => {
        const { imports: items, nextToken } = await readings.callSignedIn("get", "/imports", { query: { limit: PAGE_SIZE, ...page } });
        return { items, nextToken };
      }),
    }),
  };
  const text = JSON.stringify(data, undefined, 2);
  return new Blob(readings ? await withMeters(text, readings) : [text], { type: "application/json" });
}

/** The text with every version of all that the meters have counted, a line each: millions of readings are no objects of the page at once. */
async function withMeters(text: string, readings: Typed<OfReadings>): Promise<Blob[]> {
  const meters = await all(async (page) => {
    const { meters: items, nextToken } = await readings.callSignedIn("get", "/meters", { query: { limit: PAGE_SIZE, ...page } });
    return { items, nextToken };
  });
  const pieces = [new Blob([text.replace(/\n}$/, ""), ',\n  "meters": ['])];
  for (const [place, { meterId }] of meters.entries()) {
    pieces.push(new Blob([`${place ? "," : ""}\n    {\n      "meterId": ${JSON.stringify(meterId)},\n      "readings": [`]));
    let comma = "";
    for (let version = 1; version <= VERSIONS; version++) {
      const ofMeter = pages(async (page) => {
        const query = { version, limit: LARGEST_PAGE, ...page };
        const { readings: items, nextToken } = await readings.callSignedIn("get", "/meters/{meterId}/readings", { path: { meterId }, query });
        return { items, nextToken };
      });
      for await (const items of ofMeter) {
        if (items.length === 0) continue;
        pieces.push(new Blob([comma, items.map((each) => `\n        ${JSON.stringify(each)}`).join(",")]));
        comma = ",";
      }
    }
    pieces.push(new Blob(["\n      ]\n    }"]));
  }
  return [...pieces, new Blob(["\n  ]\n}"])];
}

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

type Ask<Item> = (page: { readonly nextToken?: string }) => Promise<Listed<Item>>;

/** The pages of a list, one after the other. */
async function* pages<Item>(ask: Ask<Item>): AsyncGenerator<readonly Item[]> {
  let page: { readonly nextToken?: string } | undefined = {};
  while (page) {
    const { items, nextToken }: Listed<Item> = await ask(page);
    yield items;
    page = nextToken === undefined ? undefined : { nextToken };
  }
}

/** The items of all pages of a list. */
async function all<Item>(ask: Ask<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const items of pages(ask)) found.push(...items);
  return found;
}
