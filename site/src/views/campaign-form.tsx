import { useRef, useState } from "preact/hooks";
import type { Audience, CampaignDraft } from "../api/campaigns.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/campaigns.ts";
import * as common from "../.texts/visitor.ts";
import { useConfirm } from "../ui/confirm.tsx";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { fieldProblems, found, ofWhole, type Problems } from "../ui/problems.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded } from "../ui/states.tsx";
import { people, useCampaigns } from "./campaigns.ts";
import { writeProblem } from "./write-problem.ts";

const LONGEST_SUBJECT = 200;
const LONGEST_TEXT = 20_000;

/** What was typed when the session ended, for the same person after signing in again. */
let interrupted: { readonly userId: string; readonly draft: CampaignDraft } | undefined;

/** A form for a campaign, whom it would reach, and a question before it begins. */
export function WriteCampaign({ page }: { readonly page: Page }) {
  const campaigns = useCampaigns();
  const audience = useQuery({ ...campaigns.audience, gcTime: 0 });
  return (
    <div class="narrow">
      <a class="back" href={paths.campaigns}><Icon name="back" />{t.allCampaigns}</a>
      <h1>{common.writeCampaign}</h1>
      <p class="lead">{t.formLead}</p>
      <section class="panel" aria-label={t.whom}>
        <Loaded query={audience} waiting={<p role="status">{t.counting}</p>} what={t.whomToLoad}>
          {(counted) => <p role="status">{reached(counted)}</p>}
        </Loaded>
      </section>
      <div class="panel"><CampaignForm page={page} /></div>
    </div>
  );
}

function CampaignForm({ page }: { readonly page: Page }) {
  const { session, router, notices } = useApp();
  const campaigns = useCampaigns();
  const [confirm, dialog] = useConfirm();
  const [userId] = useState(session.person?.userId ?? "");
  // What is sent again without a change is the same campaign.
  const last = useRef({ written: "", key: "" });
  const form = useForm(() => firstDraft(userId), async (typed): Promise<Problems | void> => {
    const draft = { subject: typed.subject.trim(), text: typed.text.trim() };
    const wrong = problemsOf(draft);
    if (wrong) return wrong;
    const written = JSON.stringify(draft);
    if (last.current.written !== written) last.current = { written, key: crypto.randomUUID() };
    const begun = { campaignId: "" };
    try {
      const counted = await campaigns.count();
      const nobody = unreachable(counted);
      if (nobody) return ofWhole(nobody);
      const isBegun = await confirm({
        heading: t.mailQuestion({ people: people(counted.recipients) }),
        detail: t.mailDetail({ subject: draft.subject }),
        agree: t.start,
        busy: t.starting,
        style: "button-main",
        action: async () => {
          begun.campaignId = await campaigns.start(draft, last.current.key);
        },
        inWords: () => undefined,
      });
      if (!isBegun) return;
      if (!page.left.aborted) router.go(paths.campaign(begun.campaignId), { replace: true });
      notices.notify(t.hasBegun);
    } catch (error) {
      if (error instanceof SessionExpired) {
        interrupted = { userId, draft: typed };
        router.go(paths.signIn(page.path, { expired: true }));
        return;
      }
      return fieldProblems(error, ["subject", "text"], titleOf) ?? ofWhole(writeProblem(error, t.thisCampaignCap));
    }
  });
  return (
    <>
      <Form form={form} submit={t.goOn} busy={t.moment} extra={<a class="button button-plain" href={paths.campaigns}>{t.cancel}</a>}>
        <Field form={form} name="subject" label={t.subject} hint={t.longSubject({ n: LONGEST_SUBJECT })}>
          {(bound) => <input {...bound} type="text" autocomplete="off" required />}
        </Field>
        <Field form={form} name="text" label={t.text} hint={t.textHint}>
          {(bound) => <textarea {...bound} rows={12} required />}
        </Field>
      </Form>
      {dialog}
    </>
  );
}

function titleOf(name: string): string {
  return { subject: t.ofSubject, text: t.ofText }[name] ?? name;
}

function firstDraft(userId: string): CampaignDraft {
  const kept = interrupted;
  interrupted = undefined;
  return kept?.userId === userId ? kept.draft : { subject: "", text: "" };
}

function reached({ recipients, most }: Audience): string {
  return unreachable({ recipients, most }) ?? t.willReach({ people: people(recipients) });
}

/** Why a campaign to these would come to nothing. */
function unreachable({ recipients, most }: Audience): string | undefined {
  if (recipients === 0) return t.nobody;
  return recipients > most ? t.tooMany({ people: people(most) }) : undefined;
}

function problemsOf({ subject, text }: CampaignDraft): Problems | undefined {
  const [ofSubject, ofText] = [[...subject].length, [...text].length];
  return found({
    subject: subject === "" ? t.enterSubject : ofSubject > LONGEST_SUBJECT ? t.shortenSubject({ n: String(LONGEST_SUBJECT), length: String(ofSubject) }) : undefined,
    text: text === "" ? t.enterText : ofText > LONGEST_TEXT ? t.shortenText({ n: String(LONGEST_TEXT), length: String(ofText) }) : undefined,
  });
}
