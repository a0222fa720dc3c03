// The profile of the person who is signed in, and what others may do.

import type { QueryClient } from "@tanstack/query-core";
import type { ListQuery, Query } from "../queries.ts";
import type { ApiClient } from "./client.ts";
import type { components, paths } from "./.contract/identity.ts";
import { typed, type Typed } from "./typed.ts";

type Schemas = components["schemas"];
export type Profile = Readonly<Schemas["ProfileView"]>;
export type ProfileDraft = Readonly<Schemas["ProfileBody"]>;
export type User = Readonly<Schemas["UserView"]>;
export type Permissions = readonly Readonly<Schemas["PermissionView"]>[];

const PAGE_SIZE = 50;
const PERMISSIONS = "/users/{userId}/permissions";

export class Identity {
  readonly #api: Typed<paths>;
  readonly #queries: QueryClient;
  readonly users: ListQuery<User>;
  readonly profile: Query<Profile>;

  constructor(client: ApiClient, queries: QueryClient) {
    const api = (this.#api = typed(client));
    this.#queries = queries;
    this.profile = { queryKey: ["me"], queryFn: ({ signal }) => api.callSignedIn("get", "/me", { signal }) };
    this.users = {
      queryKey: ["users"],
      queryFn: async ({ pageParam, signal }) => {
        const { users, nextToken } = await api.callSignedIn("get", "/users", { query: { limit: PAGE_SIZE, ...(pageParam && { nextToken: pageParam }) }, signal });
        return { items: users, next: nextToken };
      },
      initialPageParam: undefined,
      getNextPageParam: ({ next }) => next,
    };
  }

  /** A ticket for one connection over which the back end tells what happens. */
  async ticket(): Promise<string> {
    return (await this.#api.callSignedIn("post", "/tickets", {})).ticket;
  }

  async replaceProfile(draft: ProfileDraft): Promise<Profile> {
    const profile = await this.#api.callSignedIn("put", "/me", { body: draft });
    this.#queries.setQueryData(this.profile.queryKey, profile);
    return profile;
  }

  /** Delete the account of who is signed in, who has to be the one of this id. */
  async deleteAccount(userId: string): Promise<void> {
    await this.#api.callSignedIn("delete", "/me", { query: { account: userId } });
  }

  /** What somebody may do beside what their groups may. */
  permissions(userId: string): Query<Permissions> {
    return {
      queryKey: ["permissions", userId],
      queryFn: ({ signal }) => this.#api.callSignedIn("get", PERMISSIONS, { path: { userId }, signal }),
    };
  }

  /** Replace them; answers what is stored, without what another entry covers. */
  replacePermissions(userId: string, permissions: Permissions): Promise<Permissions> {
    return this.#api.callSignedIn("put", PERMISSIONS, { path: { userId }, body: [...permissions] });
  }
}
