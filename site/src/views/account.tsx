import type { Profile, ProfileDraft } from "../api/identity.ts";
import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { SessionExpired } from "../auth/person.ts";
import { day } from "../more-formats.ts";
import { passwordProblem } from "../password.ts";
import type { Page } from "../router.ts";
import * as t from "../.texts/account.ts";
import * as common from "../.texts/visitor.ts";
import { attempt, NewPasswordField, passwordMissing, PasswordField } from "../ui/account-form.tsx";
import { Field, Form, useForm } from "../ui/form.tsx";
import { fieldProblems, found, ofWhole } from "../ui/problems.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded } from "../ui/states.tsx";
import { Deletion, Takeout } from "./account-data.tsx";
import { EmailAddress, Everywhere } from "./account-sessions.tsx";
import { Passkeys } from "./account-passkeys.tsx";
import { Authenticator } from "./authenticator.tsx";
import { useOrSignIn } from "./or-sign-in.ts";
import { conflict, writeProblem } from "./write-problem.ts";

const LONGEST_NAME = 100;
const EXAMPLE = "+44 1632 960123";

/** What somebody tells of themselves, and what keeps their account safe. */
export function Account({ page }: { readonly page: Page }) {
  const { session, config } = useApp();
  const { identity } = useMember();
  const query = useQuery({ ...identity.profile, gcTime: 0, refetchOnReconnect: ({ state }) => state.data === undefined });
  return (
    <div class="narrow">
      <h1>{common.account}</h1>
      <p class="lead">{t.signInAs({ email: session.person?.email ?? "", strong: (words) => <strong>{words}</strong> })}</p>
      <div class="panel panel-details">
        <h2>{t.details}</h2>
        <Loaded query={query} waiting={<p role="status">{t.loadingDetails}</p>} what={t.yourDetails}>
          {(profile) => (
            <>
              <ProfileForm profile={profile} page={page} />
              <p class="hint">{t.withUsSince({ day: day(profile.createdAt), time: (words) => <time dateTime={profile.createdAt}>{words}</time> })}</p>
            </>
          )}
        </Loaded>
      </div>
      {/* An outside provider keeps the password, and the second step, of its own accounts. */}
      {!session.person?.isFromOutside && <><EmailAddress /><Password /><Authenticator />{config.passkeys && <Passkeys />}<Everywhere /></>}
      <Takeout page={page} />
      <Deletion page={page} />
    </div>
  );
}

function ProfileForm({ profile, page }: { readonly profile: Profile; readonly page: Page }) {
  const { notices } = useApp();
  const { identity } = useMember();
  const orSignIn = useOrSignIn(page);
  const { displayName, phone, newsletter, newsletterSince } = profile;
  const form = useForm<ProfileDraft>({ displayName, phone, newsletter }, async (typed) => {
    const draft = { ...typed, displayName: typed.displayName.trim(), phone: dialled(typed.phone) };
    const wrong = found({
      phone: nationalProblem(draft.phone),
      displayName: [...draft.displayName].length > LONGEST_NAME ? t.longName({ n: LONGEST_NAME }) : undefined,
    });
    if (wrong) return wrong;
    try {
      const saved = await orSignIn(() => identity.replaceProfile(draft));
      form.set({ phone: saved.phone });
      notices.notify(t.detailsSaved);
      return undefined;
    } catch (error) {
      if (error instanceof SessionExpired) return undefined;
      const changed = conflict(error, draft, titleOf);
      if (changed) return changed;
      return fieldProblems(error, ["displayName", "phone"], titleOf) ?? ofWhole(writeProblem(error, t.yourAccount));
    }
  });
  const british = form.problems.fields.has("phone") ? asBritish(dialled(form.values.phone)) : undefined;
  return (
    <Form form={form} submit={t.save} busy={t.saving}>
      <Field form={form} name="displayName" id="display-name" label={t.name} hint={t.nameHint}>
        {(bound) => <input {...bound} type="text" autocomplete="name" />}
      </Field>
      <Field form={form} name="phone" label={t.phone} hint={t.phoneHint({ example: EXAMPLE })}
        beside={british && <button type="button" class="button button-plain" onClick={() => form.set({ phone: british })}>{t.use({ number: british })}</button>}>
        {(bound) => <input {...bound} type="tel" autocomplete="tel" />}
      </Field>
      <div class="tick">
        <input id="newsletter" name="newsletter" type="checkbox" checked={form.values.newsletter}
          onInput={({ currentTarget }) => form.set({ newsletter: currentTarget.checked })} />
        <label for="newsletter">{t.newsletter}</label>
      </div>
      {newsletterSince && <p class="hint">{t.newsletterSince({ day: day(newsletterSince), time: (words) => <time dateTime={newsletterSince}>{words}</time> })}</p>}
    </Form>
  );
}

function titleOf(name: string): string {
  const titles: Readonly<Record<string, string>> = { displayName: t.ofName, phone: t.ofPhone, newsletter: t.ofNewsletter };
  return titles[name] ?? name;
}

/** People group the digits of a number; the API takes it without. */
function dialled(typed: string): string {
  return typed.replace(/[\s().-]/g, "").replace(/^00/, "+");
}

/** A number as one dials it at home says nothing about the country. */
function nationalProblem(phone: string): string | undefined {
  const british = asBritish(phone);
  return british && t.phoneNational({ british });
}

/** The international form of a number in the form that Britain dials (a 0, then 9 or 10 digits); undefined for others. */
function asBritish(phone: string): string | undefined {
  return /^0[1-9]\d{8,9}$/.test(phone) ? `+44${phone.slice(1)}` : undefined;
}

function Password() {
  const { session, notices } = useApp();
  const form = useForm({ password: "", newPassword: "" }, async ({ password, newPassword }) =>
    found({ password: passwordMissing(password), newPassword: passwordProblem(newPassword) }) ??
    attempt(async () => {
      await (await session.account()).changePassword(password, newPassword);
      form.set({ password: "", newPassword: "" });
      notices.notify(t.passwordChanged);
    }));
  return (
    <section class="panel" aria-labelledby="password-heading">
      <h2 id="password-heading">{t.password}</h2>
      <Form form={form} submit={t.changePassword} busy={t.changing}>
        <PasswordField form={form} name="password" label={t.presentPassword} />
        <NewPasswordField form={form} name="newPassword" label={t.newPassword} />
      </Form>
    </section>
  );
}
