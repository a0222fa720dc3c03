import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { all } from "../queries.ts";
import { paths } from "../places.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Loaded, MoreOf, Notice } from "../ui/states.tsx";

const STATUSES: Readonly<Record<string, string>> = {
  CONFIRMED: "Confirmed",
  UNCONFIRMED: "Not confirmed yet",
  FORCE_CHANGE_PASSWORD: "Invited",
  RESET_REQUIRED: "Must set a new password",
  EXTERNAL_PROVIDER: "Of an outside provider",
};

/** Everybody who has an account, for those who may list users. */
export function UserList() {
  const { session } = useApp();
  const { identity } = useMember();
  const query = useListQuery(identity.users);
  return (
    <div>
      <h1>Users</h1>
      <p class="lead">Everybody who has an account, with the groups they are in.</p>
      <section aria-label="Users">
        <Loaded query={query} waiting={<p role="status">Loading the users…</p>} what="the users">
          {(known) => {
            const users = all(known, ({ userId }) => userId);
            if (users.length === 0) return <Notice heading="No users yet" detail="Nobody has made an account." icon={<MoreIcon name="person" />} />;
            return (
              <MoreOf query={query} items={users} idOf={({ userId }) => userId} what="users" list="users">
                {({ userId, email, groups, status }) => (
                  <li key={userId} class="user">
                    <div class="user-name"><span class="user-email">{email}</span><span class="hint">{STATUSES[status] ?? status}</span></div>
                    <div class="user-groups">{groups.map((name) => <span key={name} class="tag">{name}</span>)}</div>
                    {session.can("grant", "permissions") && (
                      <a class="user-link" href={paths.permissions(userId)}>Permissions<span class="visually-hidden"> of {email}</span></a>
                    )}
                  </li>
                )}
              </MoreOf>
            );
          }}
        </Loaded>
      </section>
    </div>
  );
}
