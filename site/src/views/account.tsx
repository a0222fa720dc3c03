import type { Profile, ProfileDraft } from "../api/identity.ts";
import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { SessionExpired } from "../auth/person.ts";
import { passwordProblem } from "../password.ts";
import type { Page } from "../router.ts";
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

const TITLES: Readonly<Record<string, string>> = { displayName: "The name", phone: "The phone number", newsletter: "The newsletter" };

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });

/** What somebody tells of themselves, and what keeps their account safe. */
export function Account({ page }: { readonly page: Page }) {
  const { session, config } = useApp();
  const { identity } = useMember();
  const query = useQuery({ ...identity.profile, gcTime: 0, refetchOnReconnect: ({ state }) => state.data === undefined });
  return (
    <div class="narrow">
      <h1>Your account</h1>
      <p class="lead">You sign in as <strong>{session.person?.email}</strong>.</p>
      <div class="panel panel-details">
        <h2>Your details</h2>
        <Loaded query={query} waiting={<p role="status">Loading your details…</p>} what="your details">
          {(profile) => (
            <>
              <ProfileForm profile={profile} page={page} />
              <p class="hint">With us since <time dateTime={profile.createdAt}>{dates.format(new Date(profile.createdAt))}</time></p>
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
      displayName: [...draft.displayName].length > LONGEST_NAME ? `Enter a name of at most ${LONGEST_NAME} characters.` : undefined,
    });
    if (wrong) return wrong;
    try {
      const saved = await orSignIn(() => identity.replaceProfile(draft));
      form.set({ phone: saved.phone });
      notices.notify("Your details were saved.");
      return undefined;
    } catch (error) {
      if (error instanceof SessionExpired) return undefined;
      const changed = conflict(error, draft, titleOf);
      if (changed) return changed;
      return fieldProblems(error, ["displayName", "phone"], titleOf) ?? ofWhole(writeProblem(error, "Your account"));
    }
  });
  const british = form.problems.fields.has("phone") ? asBritish(dialled(form.values.phone)) : undefined;
  return (
    <Form form={form} submit="Save" busy="Saving…">
      <Field form={form} name="displayName" id="display-name" label="Name (optional)" hint="What we call you.">
        {(bound) => <input {...bound} type="text" autocomplete="name" />}
      </Field>
      <Field form={form} name="phone" label="Phone number (optional)" hint="With the code of the country, for example +44 1632 960123."
        beside={british && <button type="button" class="button button-plain" onClick={() => form.set({ phone: british })}>Use {british}</button>}>
        {(bound) => <input {...bound} type="tel" autocomplete="tel" />}
      </Field>
      <div class="tick">
        <input id="newsletter" name="newsletter" type="checkbox" checked={form.values.newsletter}
          onInput={({ currentTarget }) => form.set({ newsletter: currentTarget.checked })} />
        <label for="newsletter">Send me news about tariffs, once a month at most</label>
      </div>
      {newsletterSince && <p class="hint">You asked for them on <time dateTime={newsletterSince}>{dates.format(new Date(newsletterSince))}</time>.</p>}
    </Form>
  );
}

function titleOf(name: string): string {
  return TITLES[name] ?? name;
}

/** People group the digits of a number; the API takes it without. */
function dialled(typed: string): string {
  return typed.replace(/[\s().-]/g, "").replace(/^00/, "+");
}

/** A number as one dials it at home says nothing about the country. */
function nationalProblem(phone: string): string | undefined {
  const british = asBritish(phone);
  return british && `The phone number needs the code of the country: ${british}, if it is a British one.`;
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
      notices.notify("Your password was changed.");
    }));
  return (
    <section class="panel" aria-labelledby="password-heading">
      <h2 id="password-heading">Password</h2>
      <Form form={form} submit="Change the password" busy="Changing…">
        <PasswordField form={form} name="password" label="Present password" />
        <NewPasswordField form={form} name="newPassword" label="New password" />
      </Form>
    </section>
  );
}
