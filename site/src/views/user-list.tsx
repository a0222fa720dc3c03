import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { all } from "../queries.ts";
import { paths } from "../places.ts";
import * as t from "../.texts/admin.ts";
import * as common from "../.texts/visitor.ts";
import { MoreIcon } from "../ui/more-icons.tsx";
import { useListQuery } from "../ui/query.ts";
import { Loaded, MoreOf, Notice } from "../ui/states.tsx";

const STATUSES: Readonly<Record<string, () => string>> = {
  CONFIRMED: () => t.confirmed,
  UNCONFIRMED: () => t.unconfirmed,
  FORCE_CHANGE_PASSWORD: () => t.invited,
  RESET_REQUIRED: () => t.mustReset,
  EXTERNAL_PROVIDER: () => t.outside,
};

/** Everybody who has an account, for those who may list users. */
export function UserList() {
  const { session, config } = useApp();
  const { identity } = useMember();
  const query = useListQuery(identity.users);
  return (
    <div>
      <h1>{common.users}</h1>
      <p class="lead">{t.lead}</p>
      <section aria-label={common.users}>
        <Loaded query={query} waiting={<p role="status">{t.loadingUsers}</p>} what={t.theUsers}>
          {(known) => {
            const users = all(known, ({ userId }) => userId);
            if (users.length === 0) return <Notice heading={t.noUsers} detail={t.noUsersYet} icon={<MoreIcon name="person" />} />;
            return (
              <MoreOf query={query} items={users} idOf={({ userId }) => userId} more={t.moreUsers} list="users">
                {({ userId, email, groups, status }) => (
                  <li key={userId} class="user">
                    <div class="user-name"><span class="user-email">{email}</span><span class="hint">{STATUSES[status]?.() ?? status}</span></div>
                    <div class="user-groups">{groups.map((name) => <span key={name} class="tag">{name}</span>)}</div>
                    {session.can("grant", "permissions") && (
                      <a class="user-link" href={paths.permissions(userId)}>{t.permissionsOf({ email, hidden: (words) => <span class="visually-hidden">{words}</span> })}</a>
                    )}
                    {config.apis.readings && session.can("register", "meters") && (
                      <a class="user-link" href={`${paths.registerMeter}?${new URLSearchParams({ user: userId })}`}>{t.registerFor({ email, hidden: (words) => <span class="visually-hidden">{words}</span> })}</a>
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
