import { useEffect, useRef, useState } from "preact/hooks";
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
import { found, ofWhole } from "../ui/problems.ts";
import { useListQuery, useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { useOrSignIn } from "./or-sign-in.ts";
import { writeProblem } from "./write-problem.ts";

const SUGGESTED = ["write:products", "list:users", "grant:permissions", "run:campaigns"];

/** So many pages of users are looked through for a name. */
const MOST_PAGES = 20;

/** What somebody may do: seen, granted and taken away by those who may grant permissions. */
export function Permissions({ userId, page }: { readonly userId: string; readonly page: Page }) {
  const { identity } = useMember();
  const query = useQuery(identity.permissions(userId));
  const email = useEmail(userId);
  return (
    <div class="narrow">
      <a class="back" href={paths.users}><Icon name="back" />All users</a>
      <h1>Permissions</h1>
      <p class="lead">{email ? <>Of <strong>{email}</strong>, </> : "Of this user, "}beside what their groups may do.</p>
      <Loaded query={query} waiting={<p role="status">Loading the permissions…</p>} what="the permissions"
        onError={(error) => error instanceof ApiError && [400, 404].includes(error.status) && (
          <Notice heading="There is no such user" detail="The account may have been deleted." icon="search" />
        )}>
        {(granted) => <Editor page={page} userId={userId} granted={granted} />}
      </Loaded>
    </div>
  );
}

/** The address of a user, looked for in the list of users by those who may see it. */
function useEmail(userId: string): string | undefined {
  const { session } = useApp();
  const { data, hasNextPage, isFetching, fetchNextPage } = useListQuery({
    ...useMember().identity.users,
    enabled: session.can("list", "users"),
    refetchOnMount: ({ state }) => state.data === undefined,
  });
  const email = data?.pages.flatMap(({ items }) => items).find((one) => one.userId === userId)?.email;
  useEffect(() => {
    if (data && !email && hasNextPage && !isFetching && data.pages.length < MOST_PAGES) void fetchNextPage();
  }, [data, isFetching]);
  return email;
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
      notices.notify(`${compact(permission)} was taken away.`);
    } catch (error) {
      // Taken off ahead of the answer, which was another one.
      if (!(error instanceof ApiError && error.status === 412)) show(granted);
      if (!(error instanceof SessionExpired)) setProblem(writeProblem(error, "This user"));
    }
  };
  return (
    <>
      <section class="panel" aria-labelledby="granted-heading" tabindex={-1} ref={region}>
        <h2 id="granted-heading">Granted</h2>
        {granted.length === 0 && <p class="hint">Nothing yet.</p>}
        <ul class="grants" role="list">
          {granted.map((permission) => (
            <li key={compact(permission)} class="grant">
              <code>{compact(permission)}</code>
              <button type="button" class="button button-plain button-warn" onClick={() => void remove(permission)}>
                <MoreIcon name="remove" /><span>Take away<span class="visually-hidden"> {compact(permission)}</span></span>
              </button>
            </li>
          ))}
        </ul>
        <p class="problem" role="alert">{problem}</p>
      </section>
      <section class="panel" aria-labelledby="grant-heading">
        <h2 id="grant-heading">Grant something</h2>
        <GrantForm grant={(permission) => store([...granted, permission])} />
      </section>
      <p class="hint apart">It holds from the next time the person’s session is renewed: at once in an open window of theirs, after 15 minutes at the latest.</p>
    </>
  );
}

function GrantForm({ grant }: { readonly grant: (permission: Permission) => Promise<Granted> }) {
  const { notices } = useApp();
  const form = useForm<Permission>({ action: "", resource: "" }, async (typed) => {
    const permission = trimmed(typed);
    const wrong = found({
      action: isAction(permission.action) ? undefined : "Enter an action of 1 to 64 letters, digits, _, - or *.",
      resource: isResource(permission.resource) ? undefined : "Enter a resource of 1 to 128 letters, digits, _, -, /, . or *.",
    });
    if (wrong) return wrong;
    try {
      const stored = await grant(permission);
      const isListed = stored.some((one) => compact(one) === compact(permission));
      notices.notify(isListed ? `${compact(permission)} was granted.` : `${compact(permission)} is covered by another permission already.`);
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
    <Form form={form} submit="Grant" busy="Granting…">
      <div class="chips" role="group" aria-label="Suggested permissions">
        {SUGGESTED.map((suggested) => {
          const [action = "", resource = ""] = suggested.split(":");
          return (
            <button key={suggested} type="button" class="chip" aria-pressed={compact(typed) === suggested} onClick={() => form.set({ action, resource })}>{suggested}</button>
          );
        })}
      </div>
      <Field form={form} name="action" label="Action" hint="What may be done, for example write. A * stands for any characters.">
        {(bound) => <input {...bound} {...input} />}
      </Field>
      <Field form={form} name="resource" label="Resource" hint="With what, for example products. A * stands for any characters here too.">
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
  return [writeProblem(error, "This user")];
}

function inWords({ action, resource }: Permission): string {
  if (!isAction(action) || !isResource(resource)) return "";
  const [what, where] = [action, resource].map((pattern) =>
    pattern === "*" ? "everything" : pattern.includes("*") ? `whatever fits ${pattern}` : pattern);
  return `Grants ${what} on ${where}.`;
}

function trimmed({ action, resource }: Permission): Permission {
  return { action: action.trim(), resource: resource.trim() };
}

function compact({ action, resource }: Permission): string {
  return `${action}:${resource}`;
}
