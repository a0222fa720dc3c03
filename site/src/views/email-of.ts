import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { useMember } from "../ui/member.ts";
import { useListQuery } from "../ui/query.ts";

/** So many pages of users are looked through for a name. */
const MOST_PAGES = 20;

/** The address of a user, looked for in the list of users by those who may see it. */
export function useEmail(userId: string): string | undefined {
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
