// One conversation with the support chat: what was said, and what is being answered.

import { signal } from "@preact/signals";
import type { Kept } from "../storage.ts";
import { HISTORY, ownerOf } from "./history.ts";

export interface Line {
  readonly id: number;
  readonly isMine: boolean;
  readonly text: string;
}

interface Answer {
  readonly reply: string;
  readonly conversationId: string;
}

/** Says something, as part of a conversation that has begun. */
type Send = (said: { readonly message: string; readonly conversationId?: string }) => Promise<Answer>;

/** As the tab keeps it: by each text, whether the person has said it. */
interface Talk {
  readonly conversationId?: string;
  readonly said: readonly (readonly [isMine: boolean, text: string])[];
}

/** So many lines are kept. */
const MOST = 200;

export class Conversation {
  readonly lines = signal<readonly Line[]>([]);
  readonly isWaiting = signal(false);
  readonly #userId: string;
  readonly #storage: Kept;
  readonly #send: Send;
  #conversationId: string | undefined;
  #isOver = false;

  /** `storage` is of the tab; what it has of `userId` goes on. */
  constructor(userId: string, storage: Kept, send: Send) {
    this.#userId = userId;
    this.#storage = storage;
    this.#send = send;
    const kept = this.#kept();
    this.lines.value = kept.said.map(([isMine, text], id) => ({ id, isMine, text }));
    this.#conversationId = kept.conversationId;
  }

  /** Say something; throws what kept it from being answered, and it is not among what was said then. */
  async say(message: string): Promise<void> {
    if (this.isWaiting.value) return;
    const mine = this.#add(true, message);
    this.isWaiting.value = true;
    try {
      const conversationId = this.#conversationId;
      const answer = await this.#send({ message, ...(conversationId && { conversationId }) });
      this.#conversationId = answer.conversationId;
      this.#add(false, answer.reply);
    } catch (error) {
      this.lines.value = this.lines.value.filter((line) => line !== mine);
      this.#keep();
      throw error;
    } finally {
      this.isWaiting.value = false;
    }
  }

  /** The person has left: an answer that is on its way is kept for nobody. */
  end(): void {
    this.#isOver = true;
  }

  #add(isMine: boolean, text: string): Line {
    const line = { id: (this.lines.value.at(-1)?.id ?? -1) + 1, isMine, text };
    this.lines.value = [...this.lines.value, line].slice(-MOST);
    this.#keep();
    return line;
  }

  #keep(): void {
    if (this.#isOver) return;
    const said = this.lines.value.map(({ isMine, text }) => [isMine, text]);
    this.#storage.setItem(HISTORY, ownerOf(this.#userId) + JSON.stringify({ conversationId: this.#conversationId, said }));
  }

  #kept(): Talk {
    const [kept, owner] = [this.#storage.getItem(HISTORY) ?? "", ownerOf(this.#userId)];
    try {
      return kept.startsWith(owner) ? (JSON.parse(kept.slice(owner.length)) as Talk) : { said: [] };
    } catch {
      return { said: [] };
    }
  }
}
