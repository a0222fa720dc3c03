import { isOver, type Entry } from "../api/campaigns.ts";
import { moment } from "../formats.ts";
import { paths } from "../places.ts";
import { all } from "../queries.ts";
import * as t from "../.texts/campaigns.ts";
import * as common from "../.texts/visitor.ts";
import { askAgainIn } from "../ui/asking.ts";
import { Icon } from "../ui/icons.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Loaded, MoreOf, Notice } from "../ui/states.tsx";
import { people, statusOf, useCampaigns } from "./campaigns.ts";

/** All campaigns, newest first; those under way are followed. */
export function CampaignList() {
  const query = useListQuery({
    ...useCampaigns().list,
    refetchInterval: ({ state }) => askAgainIn(!all(state.data, ({ campaignId }) => campaignId).every(isOver), state),
  });
  return (
    <div>
      <div class="page-head">
        <div>
          <h1>{common.campaigns}</h1>
          <p class="lead">{t.listLead}</p>
        </div>
        <a class="button" href={paths.startCampaign}><Icon name="add" />{common.writeCampaign}</a>
      </div>
      <section aria-label={common.campaigns}>
        <Loaded query={query} waiting={<p role="status">{t.loadingAll}</p>} what={t.theCampaigns}>
          {(known) => {
            const campaigns = all(known, ({ campaignId }) => campaignId);
            if (campaigns.length === 0) return <Notice heading={t.none} detail={t.noneYet} icon={<MoreIcon name="mail" />} />;
            return (
              <MoreOf query={query} items={campaigns} idOf={({ campaignId }) => campaignId} more={t.moreCampaigns} list="users">
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
        <span class="hint">{t.begunAt({ moment: moment(createdAt, "medium"), time: (words) => <time dateTime={createdAt}>{words}</time> })}</span>
      </div>
      <div class="user-groups">
        <span class="tag">{statusOf(campaign)}</span>
        {recipients > 0 && <span class="hint">{t.ofMailed({ mailed, people: people(recipients) })}</span>}
      </div>
    </li>
  );
}
