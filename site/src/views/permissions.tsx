import { useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import type { Permissions as Granted } from "../api/identity.ts";
import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { SessionExpired } from "../auth/person.ts";
import { isAction, isResource, type Permission } from "../auth/permissions.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import { Field, Form, useForm } from "../ui/form.tsx";
import { Icon } from "../ui/icons.tsx";
import { MoreIcon } from "../ui/more-icons.tsx";
import * as t from "../.texts/admin.ts";
import * as common from "../.texts/visitor.ts";
import { found, ofWhole } from "../ui/problems.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { useEmail } from "./email-of.ts";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

const SUGGESTED = ["write:products", "list:users", "grant:permissions", "run:campaigns", "register:meters"];

/** What somebody may do: seen, granted and taken away by those who may grant permissions. */
export function Permissions({ userId, page }: { readonly userId: string; readonly page: Page }) {
  const { identity } = useMember();
  const query = useQuery(identity.permissions(userId));
  const email = useEmail(userId);
  return (
    <div class="narrow">
      <a class="back" href={paths.users}><Icon name="back" />{t.allUsers}</a>
      <h1>{common.permissions}</h1>
      <p class="lead">{email ? t.ofEmail({ email, strong: (words) => <strong>{words}</strong> }) : t.ofUser}</p>
      <Loaded query={query} waiting={<p role="status">{t.loading}</p>} what={t.thePermissions}
        onError={(error) => error instanceof ApiError && [400, 404].includes(error.status) && (
          <Notice heading={t.noUser} detail={t.noUserWhy} icon="search" />
        )}>
        {(granted) => <Editor page={page} userId={userId} granted={granted} />}
      </Loaded>
    </div>
  );
}

function Editor({ page, userId, granted }: { readonly page: Page; readonly userId: string; readonly granted: Granted }) {
  const { notices, queries } = useApp();
  const { identity } = useMember();
  const orSignIn = useOrSignIn(page);
  const region = useRef<HTMLElement>(null);
  const [problem, setProblem] = useState("");
  const { queryKey } = identity.permissions(userId);
  const show = (list: Granted) => queries.setQueryData(queryKey, list);

  /** Store a new list; shows what is stored, or throws. */
  const store = async (wanted: Granted): Promise<Granted> => {
    try {
      // An answer on its way is older than what is stored now.
      await queries.cancelQueries({ queryKey });
      const stored = await orSignIn(() => identity.replacePermissions(userId, wanted));
      show(stored);
      return stored;
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && error.current) show(error.current as Granted);
      throw error;
    }
  };
  const remove = async (permission: Permission) => {
    setProblem("");
    const wanted = granted.filter((one) => compact(one) !== compact(permission));
    show(wanted);
    region.current?.focus({ preventScroll: true });
    try {
      await store(wanted);
      notices.notify(t.takenAway({ permission: compact(permission) }));
    } catch (error) {
      // Taken off ahead of the answer, which was another one.
      if (!(error instanceof ApiError && error.status === 412)) show(granted);
      if (!(error instanceof SessionExpired)) setProblem(writeProblem(error, t.thisUser));
    }
  };
  return (
    <>
      <section class="panel" aria-labelledby="granted-heading" tabindex={-1} ref={region}>
        <h2 id="granted-heading">{t.granted}</h2>
        {granted.length === 0 && <p class="hint">{t.nothing}</p>}
        <ul class="grants" role="list">
          {granted.map((permission) => (
            <li key={compact(permission)} class="grant">
              <code>{compact(permission)}</code>
              <button type="button" class="button button-plain button-warn" onClick={() => void remove(permission)}>
                <MoreIcon name="remove" /><span>{t.takeAway({ permission: compact(permission), hidden: (words) => <span class="visually-hidden">{words}</span> })}</span>
              </button>
            </li>
          ))}
        </ul>
        <p class="problem" role="alert">{problem}</p>
      </section>
      <section class="panel" aria-labelledby="grant-heading">
        <h2 id="grant-heading">{t.grantSomething}</h2>
        <GrantForm grant={(permission) => store([...granted, permission])} />
      </section>
      <p class="hint apart">{t.holdsFrom}</p>
    </>
  );
}

function GrantForm({ grant }: { readonly grant: (permission: Permission) => Promise<Granted> }) {
  const { notices } = useApp();
  const form = useForm<Permission>({ action: "", resource: "" }, async (typed) => {
    const permission = trimmed(typed);
    const wrong = found({
      action: isAction(permission.action) ? undefined : t.actionProblem,
      resource: isResource(permission.resource) ? undefined : t.resourceProblem,
    });
    if (wrong) return wrong;
    try {
      const stored = await grant(permission);
      const isListed = stored.some((one) => compact(one) === compact(permission));
      notices.notify((isListed ? t.wasGranted : t.isCovered)({ permission: compact(permission) }));
      form.set({ action: "", resource: "" });
      return undefined;
    } catch (error) {
      if (error instanceof SessionExpired) return undefined;
      return ofWhole(...refusals(error));
    }
  });
  const typed = trimmed(form.values);
  const input = { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: false, required: true } as const;
  return (
    <Form form={form} submit={t.grant} busy={t.granting}>
      <div class="chips" role="group" aria-label={t.suggested}>
        {SUGGESTED.map((suggested) => {
          const [action = "", resource = ""] = suggested.split(":");
          return (
            <button key={suggested} type="button" class="chip" aria-pressed={compact(typed) === suggested} onClick={() => form.set({ action, resource })}>{suggested}</button>
          );
        })}
      </div>
      <Field form={form} name="action" label={t.action} hint={t.actionHint}>
        {(bound) => <input {...bound} {...input} />}
      </Field>
      <Field form={form} name="resource" label={t.resource} hint={t.resourceHint}>
        {(bound) => <input {...bound} {...input} />}
      </Field>
      <p class="meaning" role="status">{inWords(typed)}</p>
    </Form>
  );
}

/** Each thing that the API has against the list, or why nobody knows. */
function refusals(error: unknown): readonly string[] {
  if (error instanceof ApiError && error.errors.length > 0) {
    return error.errors.map(({ field: name, detail }) => `${name} ${detail}`);
  }
  return [writeProblem(error, t.thisUser)];
}

function inWords({ action, resource }: Permission): string {
  if (!isAction(action) || !isResource(resource)) return "";
  const [what = "", where = ""] = [action, resource].map((pattern) =>
    pattern === "*" ? t.everything : pattern.includes("*") ? t.whatever({ pattern }) : pattern);
  return t.grants({ what, where });
}

function trimmed({ action, resource }: Permission): Permission {
  return { action: action.trim(), resource: resource.trim() };
}

function compact({ action, resource }: Permission): string {
  return `${action}:${resource}`;
}
