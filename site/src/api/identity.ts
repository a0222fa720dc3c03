// The profile of the person who is signed in, and what others may do.

import type { Permission } from "../auth/permissions.ts";
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

const PAGE_SIZE = 50;

export class Identity {
  readonly #api: ApiClient;
  #users: readonly User[] | undefined;
  #nextToken: string | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The users of the last listing, kept so that going back shows them at once. */
  get users(): readonly User[] | undefined {
    return this.#users;
  }

  /** Whether there are more users than were listed. */
  get hasMoreUsers(): boolean {
    return this.#nextToken !== undefined;
  }

  /** A ticket for one connection over which the back end tells what happens. */
  async ticket(): Promise<string> {
    const { ticket } = (await this.#api.callSignedIn("/tickets", { method: "POST" })) as { ticket: unknown };
    if (typeof ticket !== "string") throw new TypeError("the identity API answered something that is not a ticket");
    return ticket;
  }

  async profile(signal: AbortSignal): Promise<Profile> {
    return checkedProfile(await this.#api.callSignedIn("/me", { signal }));
  }

  async replaceProfile(draft: ProfileDraft): Promise<Profile> {
    return checkedProfile(await this.#api.callSignedIn("/me", { method: "PUT", body: draft }));
  }

  /** List users from the start. */
  async listUsers(signal: AbortSignal): Promise<readonly User[]> {
    return this.#read([], undefined, signal);
  }

  /** Continue where the listing stopped; answers every user listed so far. */
  async listMoreUsers(signal: AbortSignal): Promise<readonly User[]> {
    return this.#read(this.#users ?? [], this.#nextToken, signal);
  }

  /** What somebody may do beside what their groups may. */
  async permissions(userId: string, signal: AbortSignal): Promise<readonly Permission[]> {
    return checkedPermissions(await this.#api.callSignedIn(permissionsOf(userId), { signal }));
  }

  /** Replace them; answers what is stored, without what another entry covers. */
  async replacePermissions(userId: string, permissions: readonly Permission[]): Promise<readonly Permission[]> {
    return checkedPermissions(await this.#api.callSignedIn(permissionsOf(userId), { method: "PUT", body: permissions }));
  }

  /** Drop everything known: somebody else is signed in now. */
  forget(): void {
    this.#users = undefined;
    this.#nextToken = undefined;
  }

  async #read(before: readonly User[], token: string | undefined, signal: AbortSignal): Promise<readonly User[]> {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
    if (token) query.set("nextToken", token);
    const body = await this.#api.callSignedIn(`/users?${query}`, { signal });
    const { users, nextToken } = body as { users: unknown[]; nextToken?: string | null };
    this.#users = [...before, ...users.map(checkedUser)];
    this.#nextToken = nextToken ?? undefined;
    return this.#users;
  }
}

function permissionsOf(userId: string): string {
  return `/users/${encodeURIComponent(userId)}/permissions`;
}

function checkedProfile(value: unknown): Profile {
  const profile = value as Profile;
  if (
    typeof profile?.displayName !== "string" || typeof profile.phone !== "string" ||
    typeof profile.newsletter !== "boolean" || Number.isNaN(Date.parse(profile.createdAt))
  ) {
    throw new TypeError("the identity API answered something that is not a profile");
  }
  return profile;
}

function checkedUser(value: unknown): User {
  const user = value as User;
  if (typeof user?.userId !== "string" || typeof user.email !== "string" || !Array.isArray(user.groups)) {
    throw new TypeError("the identity API answered something that is not a user");
  }
  return user;
}

/** The list of permissions that an answer is. */
export function checkedPermissions(value: unknown): readonly Permission[] {
  if (!Array.isArray(value)) throw new TypeError("the identity API answered something that is not a list of permissions");
  return value.map(({ action, resource }: Permission) => ({ action: String(action), resource: String(resource) }));
}
