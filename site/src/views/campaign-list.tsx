import type { Entry } from "../api/campaigns.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import { Icon } from "../ui/icons.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Loaded, MoreOf, Notice } from "../ui/states.tsx";
import { askAgainIn, people, statusOf, useCampaigns } from "./campaigns.ts";

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** All campaigns, newest first; those under way are followed. */
export function CampaignList() {
  const query = useListQuery({
    ...useCampaigns().list,
    refetchInterval: ({ state: { data, dataUpdateCount, errorUpdateCount } }) =>
      askAgainIn(data?.pages.flatMap(({ items }) => items) ?? [], dataUpdateCount + errorUpdateCount),
  });
  return (
    <div>
      <div class="page-head">
        <div>
          <h1>Campaigns</h1>
          <p class="lead">One mail to everybody who wants the newsletter.</p>
        </div>
        <a class="button" href={paths.startCampaign}><Icon name="add" />Write a campaign</a>
      </div>
      <section aria-label="Campaigns">
        <Loaded query={query} waiting={<p role="status">Loading the campaigns…</p>} what="the campaigns">
          {(known) => {
            const campaigns = all(known, ({ campaignId }) => campaignId);
            if (campaigns.length === 0) return <Notice heading="No campaigns yet" detail="What you write is listed here, with how far it has come." icon={<MoreIcon name="mail" />} />;
            return (
              <MoreOf query={query} items={campaigns} idOf={({ campaignId }) => campaignId} what="campaigns" list="users">
                {(campaign) => <Row key={campaign.campaignId} campaign={campaign} />}
              </MoreOf>
            );
          }}
        </Loaded>
      </section>
    </div>
  );
}

function Row({ campaign }: { readonly campaign: Entry }) {
  const { campaignId, subject, mailed, recipients, createdAt } = campaign;
  return (
    <li class="user">
      <div class="user-name">
        <a class="user-email" href={paths.campaign(campaignId)}>{subject}</a>
        <span class="hint">Begun <time dateTime={createdAt}>{dates.format(new Date(createdAt))}</time></span>
      </div>
      <div class="user-groups">
        <span class="tag">{statusOf(campaign)}</span>
        {recipients > 0 && <span class="hint">{mailed} of {people(recipients)} mailed</span>}
      </div>
    </li>
  );
}
