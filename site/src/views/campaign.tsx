import { useEffect, useRef } from "preact/hooks";
import { isOver, type Campaign as Begun } from "../api/campaigns.ts";
import { ApiError } from "../api/client.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import "../styles/campaigns.css";
import * as t from "../.texts/campaigns.ts";
import * as common from "../.texts/visitor.ts";
import { askAgainIn } from "../ui/asking.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icons.tsx";
import { useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { notMailed, people, statusOf, useCampaigns } from "./campaigns.ts";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

/** One campaign; follows it until it is over, and stops it if somebody wants that. */
export function Campaign({ campaignId, page }: { readonly campaignId: string; readonly page: Page }) {
  const { router } = useApp();
  const campaigns = useCampaigns();
  const query = useQuery({
    ...campaigns.campaign(campaignId),
    refetchInterval: ({ state }) => askAgainIn(state.data !== undefined && !isOver(state.data), state),
    refetchOnWindowFocus: ({ state: { data } }) => data !== undefined && !isOver(data),
  });
  const { data, error } = query;
  useEffect(() => router.setTitle(data?.subject ?? (() => common.campaign)), [data?.subject]);
  const isUnknown = error instanceof ApiError && [400, 404].includes(error.status);
  return (
    <div class="narrow">
      <a class="back" href={paths.campaigns}><Icon name="back" />{t.allCampaigns}</a>
      {!isUnknown && <h1>{data?.subject ?? common.campaign}</h1>}
      <Loaded query={query} waiting={<p role="status">{t.loading}</p>} what={t.thisCampaign}
        onError={() => isUnknown && <Notice heading={t.notFound} detail={t.notFoundWhy} level={1} icon="search" />}>
        {(campaign) => <Standing campaign={campaign} page={page} cancel={() => campaigns.cancel(campaignId)} />}
      </Loaded>
    </div>
  );
}

function Standing({ campaign, page, cancel }: { readonly campaign: Begun; readonly page: Page; readonly cancel: () => Promise<void> }) {
  const { notices } = useApp();
  const [confirm, dialog] = useConfirm();
  const orSignIn = useOrSignIn(page);
  const region = useRef<HTMLElement>(null);
  const { recipients, mailed, reason, text } = campaign;
  const left = notMailed(campaign);
  const mayCancel = !isOver(campaign) && campaign.cancelRequestedAt === undefined;
  const stop = async () => {
    try {
      const isStopped = await confirm({
        heading: t.cancelQuestion,
        detail: t.cancelDetail,
        agree: t.cancelCampaign,
        busy: t.cancelling,
        action: () => orSignIn(cancel),
        inWords: (error) => {
          if (error instanceof SessionExpired) return undefined;
          return error instanceof ApiError && error.status === 409 ? t.tooLate : writeProblem(error, t.thisCampaignCap);
        },
      });
      if (!isStopped) return;
      region.current?.focus({ preventScroll: true });
      notices.notify(t.isBeingCancelled);
    } catch (error) {
      if (!(error instanceof SessionExpired)) throw error;
    }
  };
  return (
    <>
      <section class="panel" aria-label={t.howFar} tabindex={-1} ref={region}>
        <p class="standing" role="status">{statusOf(campaign)}</p>
        {recipients > 0 && (
          <>
            <label class="hint" for="mailed">{t.ofMailed({ mailed, people: people(recipients) })}</label>
            <progress id="mailed" class="mailed" max={recipients} value={mailed} />
          </>
        )}
        {reason !== undefined && <p class="problem">{t.itFailed({ reason })}</p>}
        {left.length > 0 && <><h2>{t.whoGotNone}</h2><ul>{left.map((line) => <li key={line}>{line}</li>)}</ul></>}
        {mayCancel && (
          <div class="actions"><button type="button" class="button button-plain button-warn" onClick={() => void stop()}>{t.cancelCampaign}</button></div>
        )}
      </section>
      <section class="panel" aria-labelledby="text-heading">
        <h2 id="text-heading">{t.whatItSays}</h2>
        <p class="mail-text">{text}</p>
      </section>
      {dialog}
    </>
  );
}
