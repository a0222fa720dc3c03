import { useRef, useState } from "preact/hooks";
import type { Audience, CampaignDraft } from "../api/campaigns.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
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
const TITLES: Readonly<Record<string, string>> = { subject: "The subject", text: "The text" };

/** What was typed when the session ended, for the same person after signing in again. */
let interrupted: { readonly userId: string; readonly draft: CampaignDraft } | undefined;

/** A form for a campaign, whom it would reach, and a question before it begins. */
export function WriteCampaign({ page }: { readonly page: Page }) {
  const campaigns = useCampaigns();
  const audience = useQuery({ ...campaigns.audience, gcTime: 0 });
  return (
    <div class="narrow">
      <a class="back" href={paths.campaigns}><Icon name="back" />All campaigns</a>
      <h1>Write a campaign</h1>
      <p class="lead">One mail, as plain text, to everybody whose profile asks for the newsletter when it begins.</p>
      <section class="panel" aria-label="Whom it will reach">
        <Loaded query={audience} waiting={<p role="status">Counting who wants the newsletter…</p>} what="whom it will reach">
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
        heading: `Mail this to ${people(counted.recipients)}?`,
        detail: `They get “${draft.subject}” now. It can be cancelled only for those who have not been mailed yet.`,
        agree: "Start the campaign",
        busy: "Starting…",
        style: "button-main",
        action: async () => {
          begun.campaignId = await campaigns.start(draft, last.current.key);
        },
        inWords: () => undefined,
      });
      if (!isBegun) return;
      if (!page.left.aborted) router.go(paths.campaign(begun.campaignId), { replace: true });
      notices.notify("The campaign has begun.");
    } catch (error) {
      if (error instanceof SessionExpired) {
        interrupted = { userId, draft: typed };
        router.go(paths.signIn(page.path, { expired: true }));
        return;
      }
      return fieldProblems(error, Object.keys(TITLES), (name) => TITLES[name] ?? name) ?? ofWhole(writeProblem(error, "This campaign"));
    }
  });
  return (
    <>
      <Form form={form} submit="Continue" busy="One moment…" extra={<a class="button button-plain" href={paths.campaigns}>Cancel</a>}>
        <Field form={form} name="subject" label="Subject" hint={`One line of at most ${LONGEST_SUBJECT} characters.`}>
          {(bound) => <input {...bound} type="text" autocomplete="off" required />}
        </Field>
        <Field form={form} name="text" label="Text" hint="Plain text: nothing in it is taken for HTML. How to unsubscribe is added at its end.">
          {(bound) => <textarea {...bound} rows={12} required />}
        </Field>
      </Form>
      {dialog}
    </>
  );
}

function firstDraft(userId: string): CampaignDraft {
  const kept = interrupted;
  interrupted = undefined;
  return kept?.userId === userId ? kept.draft : { subject: "", text: "" };
}

function reached({ recipients, most }: Audience): string {
  return unreachable({ recipients, most }) ?? `It will reach ${people(recipients)}, as of now.`;
}

/** Why a campaign to these would come to nothing. */
function unreachable({ recipients, most }: Audience): string | undefined {
  if (recipients === 0) return "Nobody wants the newsletter right now, so there is nobody to mail.";
  return recipients > most ? `More than ${people(most)} want the newsletter, which is more than a campaign may have.` : undefined;
}

function problemsOf({ subject, text }: CampaignDraft): Problems | undefined {
  const [ofSubject, ofText] = [[...subject].length, [...text].length];
  return found({
    subject: subject === "" ? "Enter a subject." : ofSubject > LONGEST_SUBJECT ? `Shorten the subject to ${LONGEST_SUBJECT} characters; it has ${ofSubject}.` : undefined,
    text: text === "" ? "Enter a text." : ofText > LONGEST_TEXT ? `Shorten the text to ${LONGEST_TEXT} characters; it has ${ofText}.` : undefined,
  });
}
