// Who is signed in. The list of tariffs shows without waiting for Amplify: a note of the person
// (never a token) is kept beside Amplify's own storage and checked against Cognito right after.

import type { Config } from "../config.ts";

export interface Person {
  readonly email: string;
  /** Groups named by the ID token; what they may do is decided by the APIs. */
  readonly groups: readonly string[];
}

export type SignInStep = "done" | "new-password";

/** A sign-in that did not work; the message is meant for the person. */
export class SignInError extends Error {}

/** No valid tokens: the person has to sign in again. */
export class SessionExpired extends Error {}

const ADMINISTRATORS = "administrators";

export class Session {
  readonly #config: Config;
  readonly #noteKey: string;
  readonly #listeners: ((cause: "here" | "elsewhere") => void)[] = [];
  #person: Person | undefined;
  #cognito: Promise<typeof import("./cognito.ts")> | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#noteKey = `blockwork.person.${config.userPoolClientId}`;
    this.#person = readNote(this.#noteKey);
    // Signing in or out in one tab holds for all of them.
    window.addEventListener("storage", (event) => {
      if (event.key === this.#noteKey || event.key === null) {
        this.#set(readNote(this.#noteKey), "elsewhere");
      }
    });
  }

  get person(): Person | undefined {
    return this.#person;
  }

  get isAdministrator(): boolean {
    return this.#person?.groups.includes(ADMINISTRATORS) ?? false;
  }

  /** Call `listener` when the person changes: `here` by this page's own action, or `elsewhere`. */
  onChange(listener: (cause: "here" | "elsewhere") => void): void {
    this.#listeners.push(listener);
  }

  /** Check the noted person against Cognito; without an answer (offline) the note stands. */
  async restore(): Promise<void> {
    if (!this.#person) return;
    try {
      const { currentIdentity } = await this.#amplify();
      const identity = await currentIdentity();
      this.#keep(identity?.person, "elsewhere");
    } catch {
      // Offline is not signed out: the next call to an API asks again and says so.
    }
  }

  async signIn(email: string, password: string): Promise<SignInStep> {
    const { signIn } = await this.#amplify();
    return this.#finish(await signIn(email, password));
  }

  /** Second step for an account with a temporary password. */
  async chooseNewPassword(password: string): Promise<SignInStep> {
    const { chooseNewPassword } = await this.#amplify();
    return this.#finish(await chooseNewPassword(password));
  }

  async signOut(): Promise<void> {
    this.#keep(undefined, "here");
    const { signOut } = await this.#amplify();
    await signOut();
  }

  /** The ID token for an API; `SessionExpired` when there is none. `fresh` asks Cognito for a new one. */
  async idToken({ fresh = false } = {}): Promise<string> {
    const { currentIdentity } = await this.#amplify();
    const identity = await currentIdentity({ fresh });
    this.#keep(identity?.person, "here");
    if (!identity) throw new SessionExpired("no valid tokens");
    return identity.idToken;
  }

  async #finish(step: SignInStep): Promise<SignInStep> {
    if (step === "done") await this.idToken();
    return step;
  }

  #amplify(): Promise<typeof import("./cognito.ts")> {
    this.#cognito ??= import("./cognito.ts").then(
      (module) => {
        module.configure(this.#config);
        return module;
      },
      (error: unknown) => {
        this.#cognito = undefined;
        throw new SignInError("The sign-in could not be loaded. Check your connection and try again.", {
          cause: error,
        });
      },
    );
    return this.#cognito;
  }

  #keep(person: Person | undefined, cause: "here" | "elsewhere"): void {
    if (person) localStorage.setItem(this.#noteKey, JSON.stringify(person));
    else localStorage.removeItem(this.#noteKey);
    this.#set(person, cause);
  }

  #set(person: Person | undefined, cause: "here" | "elsewhere"): void {
    if (JSON.stringify(person) === JSON.stringify(this.#person)) return;
    this.#person = person;
    for (const listener of this.#listeners) listener(cause);
  }
}

function readNote(key: string): Person | undefined {
  try {
    const note: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (typeof note !== "object" || note === null) return undefined;
    const { email, groups } = note as Partial<Record<string, unknown>>;
    if (typeof email !== "string" || !Array.isArray(groups)) return undefined;
    return { email, groups: groups.map(String) };
  } catch {
    return undefined;
  }
}
