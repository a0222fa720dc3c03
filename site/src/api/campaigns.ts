// The campaigns: mails to everybody who wants the newsletter, for who may run them.

import type { QueryClient } from "@tanstack/query-core";
import type { ListQuery, Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/campaigns.ts";
import { typed, type Typed } from "./typed.ts";

type Schemas = components["schemas"];
export type Entry = Readonly<Schemas["CampaignEntry"]>;
export type Campaign = Readonly<Schemas["CampaignView"]>;
export type CampaignDraft = Readonly<Schemas["CampaignBody"]>;
export type CampaignStatus = Entry["status"];
export type Audience = Readonly<Schemas["AudienceView"]>;

const PAGE_SIZE = 24;
const LIST = ["campaigns"];

export class Campaigns {
  readonly #api: Typed<paths>;
  readonly #queries: QueryClient;
  /** Newest first. */
  readonly list: ListQuery<Entry>;
  /** How many a campaign would reach that began now. */
  readonly audience: Query<Audience>;

  constructor(client: ApiClient, queries: QueryClient) {
    const api = (this.#api = typed(client));
    this.#queries = queries;
    this.audience = { queryKey: ["audience"], queryFn: ({ signal }) => api.callSignedIn("get", "/audience", { signal }) };
    this.list = {
      queryKey: LIST,
      queryFn: async ({ pageParam, signal }) => {
        const query = { limit: PAGE_SIZE, ...(pageParam && { nextToken: pageParam }) };
        const { campaigns, nextToken } = await api.callSignedIn("get", "/campaigns", { query, signal });
        return { items: campaigns, next: nextToken };
      },
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next,
    };
  }

  campaign(campaignId: string): Query<Campaign> {
    return {
      queryKey: keyOf(campaignId),
      queryFn: ({ signal }) => this.#api.callSignedIn("get", "/campaigns/{campaignId}", { path: { campaignId }, signal }),
    };
  }

  /** How many there are right now, whatever was counted before. */
  count(): Promise<Audience> {
    return this.#queries.fetchQuery({ queryKey: this.audience.queryKey, queryFn: ({ signal }) => this.#api.callSignedIn("get", "/audience", { signal }) });
  }

  /** Begin a campaign, and answer its id; calls with the same key begin one. */
  async start(draft: CampaignDraft, idempotencyKey: string): Promise<string> {
    const { campaignId } = await this.#api.callSignedIn("post", "/campaigns", { body: draft, idempotencyKey });
    void this.#queries.invalidateQueries({ queryKey: LIST });
    return campaignId;
  }

  /** Have nobody mailed any more who has not been. */
  async cancel(campaignId: string): Promise<void> {
    const campaign = await this.#api.callSignedIn("delete", "/campaigns/{campaignId}", { path: { campaignId } });
    // What was asked for before knows nothing of it.
    await this.#queries.cancelQueries({ queryKey: keyOf(campaignId) });
    this.#queries.setQueryData(keyOf(campaignId), campaign);
    void this.#queries.invalidateQueries({ queryKey: LIST });
  }
}

function keyOf(campaignId: string): readonly string[] {
  return ["campaign", campaignId];
}

/** Whether nothing will happen to a campaign any more. */
export function isOver({ status }: Pick<Entry, "status">): boolean {
  return status === "SENT" || status === "FAILED" || status === "CANCELLED";
}
