// The profile of the person who is signed in, and what others may do.

import type { QueryClient } from "@tanstack/query-core";
import type { Permission } from "../auth/permissions.ts";
import type { ListQuery, Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";

export interface ProfileDraft {
  readonly displayName: string;
  /** As E.164 has it, such as +441632960123; empty for none. */
  readonly phone: string;
  readonly newsletter: boolean;
}

export interface Profile extends ProfileDraft {
  readonly email: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface User {
  readonly userId: string;
  readonly email: string;
  readonly groups: readonly string[];
  /** Cognito's word for it, such as CONFIRMED. */
  readonly status: string;
}

export type Permissions = readonly Permission[];

const PAGE_SIZE = 50;

export class Identity {
  readonly #api: ApiClient;
  readonly #queries: QueryClient;
  readonly users: ListQuery<User>;
  readonly profile: Query<Profile>;

  constructor(api: ApiClient, queries: QueryClient) {
    this.#api = api;
    this.#queries = queries;
    this.profile = { queryKey: ["me"], queryFn: async ({ signal }) => (await api.callSignedIn("/me", { signal })) as Profile };
    this.users = {
      queryKey: ["users"],
      queryFn: async ({ pageParam, signal }) => {
        const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(pageParam && { nextToken: pageParam }) });
        const { users, nextToken } = (await api.callSignedIn(`/users?${query}`, { signal })) as { users: User[]; nextToken?: string | null };
        return { items: users, next: nextToken ?? undefined };
      },
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next,
    };
  }

  /** A ticket for one connection over which the back end tells what happens. */
  async ticket(): Promise<string> {
    const { ticket } = (await this.#api.callSignedIn("/tickets", { method: "POST" })) as { ticket: string };
    return ticket;
  }

  async replaceProfile(draft: ProfileDraft): Promise<Profile> {
    const profile = (await this.#api.callSignedIn("/me", { method: "PUT", body: draft })) as Profile;
    this.#queries.setQueryData(this.profile.queryKey, profile);
    return profile;
  }

  /** What somebody may do beside what their groups may. */
  permissions(userId: string): Query<Permissions> {
    return {
      queryKey: ["permissions", userId],
      queryFn: async ({ signal }) => (await this.#api.callSignedIn(permissionsOf(userId), { signal })) as Permissions,
    };
  }

  /** Replace them; answers what is stored, without what another entry covers. */
  async replacePermissions(userId: string, permissions: Permissions): Promise<Permissions> {
    return (await this.#api.callSignedIn(permissionsOf(userId), { method: "PUT", body: permissions })) as Permissions;
  }
}

function permissionsOf(userId: string): string {
  return `/users/${encodeURIComponent(userId)}/permissions`;
}
