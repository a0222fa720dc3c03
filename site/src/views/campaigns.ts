// What the views of campaigns share: their API, words, and how often they ask.

import { useMemo } from "preact/hooks";
import { Campaigns, isOver, type Entry } from "../api/campaigns.ts";
import { ApiClient } from "../api/client.ts";
import { useApp } from "../app.ts";

const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;
const FACTOR = 1.2;

/** For views that a stage without campaigns has no addresses of. */
export function useCampaigns(): Campaigns {
  const { config, session, queries } = useApp();
  const { campaigns } = config.apis;
  if (!campaigns) throw new Error("this stage has no campaigns");
  return useMemo(() => new Campaigns(new ApiClient(campaigns, session), queries), []);
}

/** In how many milliseconds to ask again, less and less often; false when nothing will change. */
export function askAgainIn(shown: readonly Pick<Entry, "status">[], times: number): number | false {
  return !shown.every(isOver) && Math.min(FIRST_MS * FACTOR ** times, LONGEST_MS);
}

const STATUSES: Readonly<Record<Entry["status"], string>> = {
  PREPARING: "Finding out who wants it",
  SENDING: "Being sent",
  SENT: "Sent",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

/** How far a campaign has come. */
export function statusOf(campaign: Pick<Entry, "status" | "cancelRequestedAt">): string {
  return campaign.cancelRequestedAt !== undefined && !isOver(campaign) ? "Being cancelled" : STATUSES[campaign.status];
}

const numbers = new Intl.NumberFormat("en-GB");

/** For example “1 person”, “1,200 people”. */
export function people(count: number): string {
  return `${numbers.format(count)} ${count === 1 ? "person" : "people"}`;
}

const REASONS: Readonly<Record<string, string>> = {
  UNSUBSCRIBED: "had unsubscribed by then",
  DELETED: "had deleted their account by then",
  REJECTED: "have an address that nothing can be mailed to",
  CANCELLED: "were left out, because the campaign was cancelled",
  FAILED: "were left out, because the campaign failed",
};

/** Who got no mail, and why, a line each. */
export function notMailed(campaign: Pick<Entry, "notMailed">): readonly string[] {
  return Object.entries(campaign.notMailed).map(([reason, count]) => `${people(count)}: ${REASONS[reason] ?? reason}`);
}
