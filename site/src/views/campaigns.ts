// What the views of campaigns share: their API and words.

import { useMemo } from "preact/hooks";
import { Campaigns, isOver, type Entry } from "../api/campaigns.ts";
import { ApiClient } from "../api/client.ts";
import { useApp } from "../app.ts";
import * as t from "../.texts/campaigns.ts";

/** For views that a stage without campaigns has no addresses of. */
export function useCampaigns(): Campaigns {
  const { config, session, queries } = useApp();
  const { campaigns } = config.apis;
  if (!campaigns) throw new Error("this stage has no campaigns");
  return useMemo(() => new Campaigns(new ApiClient(campaigns, session), queries), []);
}

const STATUSES: Readonly<Record<Entry["status"], () => string>> = {
  PREPARING: () => t.preparing,
  SENDING: () => t.sending,
  SENT: () => t.sent,
  FAILED: () => t.failed,
  CANCELLED: () => t.cancelled,
};

/** How far a campaign has come. */
export function statusOf(campaign: Pick<Entry, "status" | "cancelRequestedAt">): string {
  return campaign.cancelRequestedAt !== undefined && !isOver(campaign) ? t.beingCancelled : STATUSES[campaign.status]();
}

/** For example “1 person”, “1,200 people”. */
export function people(count: number): string {
  return t.people({ n: count });
}

const REASONS: Readonly<Record<string, (of: { readonly people: string }) => string>> = {
  UNSUBSCRIBED: (of) => t.unsubscribed(of),
  DELETED: (of) => t.gone(of),
  REJECTED: (of) => t.rejected(of),
  CANCELLED: (of) => t.leftOut(of),
  FAILED: (of) => t.leftOutFailed(of),
};

/** Who got no mail, and why, a line each. */
export function notMailed(campaign: Pick<Entry, "notMailed">): readonly string[] {
  return Object.entries(campaign.notMailed).map(([reason, count]) => {
    const of = { people: people(count) };
    return REASONS[reason]?.(of) ?? `${of.people}: ${reason}`;
  });
}
