// Who is signed in. The list of tariffs shows without waiting for Amplify: a note of the person
// (never a token) is kept beside Amplify's own storage and checked against Cognito right after.

import { signal } from "@preact/signals";
import type { Config } from "../config.ts";
import { deviceStorage, type Kept } from "../storage.ts";
import * as t from "../.texts/visitor.ts";
import { can } from "./permissions.ts";
import { AccountError, SessionExpired, type Person, type SignInStep } from "./person.ts";

type Cognito = typeof import("./cognito.ts");
type Account = typeof import("./account.ts");

/** What a tab tells the others. */
const SIGNED_OUT = "signed out";

export class Session {
  readonly #config: Config;
  readonly #noteKey: string;
  readonly #storage: Kept = deviceStorage();
  readonly #listeners: ((cause: "here" | "elsewhere") => void)[] = [];
  readonly #person = signal<Person | undefined>(undefined);
  #cognito: Promise<Cognito> | undefined;
  /** Grows when somebody signs out: an answer that was on its way signs nobody in again. */
  #age = 0;
  /** Also reaches tabs whose storage is blocked. */
  readonly #channel: BroadcastChannel;

  constructor(config: Config) {
    this.#config = config;
    this.#noteKey = `blockwork.person.${config.userPoolClientId}`;
    this.#person.value = readNote(this.#storage, this.#noteKey);
    // Signing in or out in one tab holds for all of them.
    window.addEventListener("storage", (event) => {
      if (event.key !== this.#noteKey && event.key !== null) return;
      const person = readNote(this.#storage, this.#noteKey);
      if (!person) this.#age += 1;
      this.#set(person, "elsewhere");
    });
    this.#channel = new BroadcastChannel(this.#noteKey);
    this.#channel.addEventListener("message", ({ data }) => {
      if (data !== SIGNED_OUT) return;
      this.#age += 1;
      this.#keep(undefined, "elsewhere");
    });
  }

  /** Components that read it are drawn again when it changes. */
  get person(): Person | undefined {
    return this.#person.value;
  }

  /** Outside providers whose accounts may sign in. */
  get providers(): readonly string[] {
    return this.#config.signIn?.providers ?? [];
  }

  /** Whether to offer something: the token's permissions say so. */
  can(action: string, resource: string): boolean {
    return can(this.person?.permissions ?? "", action, resource);
  }

  /** Call `listener` when the person changes: `here` by this page's own action, or `elsewhere`. */
  onChange(listener: (cause: "here" | "elsewhere") => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Check the noted person against Cognito; without an answer (offline) the note stands. Who comes
   * back from an outside provider is signed in.
   */
  async restore(): Promise<void> {
    const isBack = this.#config.signIn && new URLSearchParams(window.location.search).has("state");
    if (!this.person && !isBack) return;
    const age = this.#age;
    try {
      const { currentIdentity } = await this.#amplify();
      const identity = await currentIdentity();
      if (age === this.#age) this.#keep(identity?.person, "elsewhere");
    } catch {
      // Offline is not signed out: the next call to an API asks again and says so.
    }
  }

  async signIn(email: string, password: string): Promise<SignInStep> {
    const { signIn } = await this.#amplify();
    return this.#finish(await signIn(email, password));
  }

  /** Answer the step that signing in asked for: a new password, or the authenticator's code. */
  async answerStep(answer: string): Promise<SignInStep> {
    const { answerStep } = await this.#amplify();
    return this.#finish(await answerStep(answer));
  }

  /** Leave for an outside provider, which sends the person back to the front page. */
  async signInWith(provider: string): Promise<void> {
    await this.#amplify();
    const { signInWith } = await import("./redirect.ts");
    await signInWith(provider);
  }

  async signOut(): Promise<void> {
    this.#forget();
    try {
      const { signOut } = await this.#amplify();
      await signOut();
    } finally {
      // Until now the tokens were there: another tab's call may have found them, and signed in again.
      this.#forget();
    }
  }

  #forget(): void {
    this.#age += 1;
    this.#keep(undefined, "here");
    this.#channel.postMessage(SIGNED_OUT);
  }

  /** What one does with an account beside signing in: making it, recovering it, securing it. */
  async account(): Promise<Account> {
    await this.#amplify();
    return loaded(import("./account.ts"));
  }

  /** The ID token for an API; `SessionExpired` when there is none. `fresh` asks Cognito for a new one. */
  async idToken({ fresh = false } = {}): Promise<string> {
    const age = this.#age;
    const { currentIdentity } = await this.#amplify();
    const identity = await currentIdentity({ fresh });
    if (age !== this.#age) throw new SessionExpired("signed out meanwhile");
    this.#keep(identity?.person, "here");
    if (!identity) throw new SessionExpired("no valid tokens");
    return identity.idToken;
  }

  async #finish(step: SignInStep): Promise<SignInStep> {
    if (step === "done") await this.idToken();
    return step;
  }

  #amplify(): Promise<Cognito> {
    this.#cognito ??= this.#load().catch((error: unknown) => {
      this.#cognito = undefined;
      throw error;
    });
    return this.#cognito;
  }

  async #load(): Promise<Cognito> {
    const cognito = await loaded(import("./cognito.ts"));
    // Has to listen before Amplify is told its settings, which is when it looks for an answer.
    if (this.#config.signIn) await loaded(import("./redirect.ts"));
    cognito.configure(this.#config);
    return cognito;
  }

  #keep(person: Person | undefined, cause: "here" | "elsewhere"): void {
    if (person) this.#storage.setItem(this.#noteKey, JSON.stringify(person));
    else this.#storage.removeItem(this.#noteKey);
    this.#set(person, cause);
  }

  #set(person: Person | undefined, cause: "here" | "elsewhere"): void {
    if (JSON.stringify(person) === JSON.stringify(this.person)) return;
    this.#person.value = person;
    for (const listener of this.#listeners) listener(cause);
  }
}

async function loaded<T>(module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch (error) {
    throw new AccountError(t.signInNotLoaded, { cause: error });
  }
}

/** A note of an earlier release may lack something: the token brings it. */
function readNote(storage: Kept, key: string): Person | undefined {
  try {
    const note: unknown = JSON.parse(storage.getItem(key) ?? "null");
    if (typeof note !== "object" || note === null) return undefined;
    const { userId = "", email, permissions = "", isFromOutside = false } = note as Partial<Record<string, unknown>>;
    if (typeof email !== "string") return undefined;
    return { userId: String(userId), email, permissions: String(permissions), isFromOutside: Boolean(isFromOutside) };
  } catch {
    return undefined;
  }
}
