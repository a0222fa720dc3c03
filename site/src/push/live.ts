// What the back end tells this browser as it happens, over one WebSocket a tab.

import { signal } from "@preact/signals";

/** Something that happened to the person who is signed in. */
export interface Message {
  readonly type: string;
  /** Grows from message to message; texts of one length, so that they compare like numbers. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

// API Gateway closes a connection on which nothing was sent for 10 minutes.
const PING_EVERY_MS = 5 * 60_000;
const PONG_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Open for that long, a connection counts as a good one: the next pause is a short one again. */
const GOOD_AFTER_MS = 30_000;

export interface LiveOptions {
  readonly url: string;
  /** Asks for a ticket, which opens one connection. */
  readonly ticket: () => Promise<string>;
  /** Of the tab: keeps the id of the last message over a reload. */
  readonly storage: Pick<Storage, "getItem" | "setItem">;
}

export class Live {
  readonly #options: LiveOptions;
  readonly #events = new EventTarget();
  /** For components: whether what happens is told at once. */
  readonly tells = signal(false);
  #userId: string | undefined;
  /** Aborted when the connection, or the attempt to make one, is over. */
  #connection: AbortController | undefined;
  #socket: WebSocket | undefined;
  #attempts = 0;
  #retrying: number | undefined;
  #pinging: number | undefined;
  #missing: number | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    window.addEventListener("online", () => this.#connectAtOnce());
    // A connection of which the network is gone would seem open for minutes.
    window.addEventListener("offline", () => this.#close());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      if (this.isOpen) this.#ping();
      else this.#connectAtOnce();
    });
  }

  /** Whether what happens is told at once; what was missed before was told again when this became true. */
  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Listen to what happens to this person from now on, or to nothing. */
  follow(userId: string | undefined): void {
    if (userId === this.#userId) return;
    this.#close();
    this.#userId = userId;
    this.#connectAtOnce();
  }

  onMessage(listener: (message: Message) => void, left?: AbortSignal): void {
    this.#on("message", (event) => listener((event as CustomEvent<Message>).detail), left);
  }

  onOpen(listener: () => void, left?: AbortSignal): void {
    this.#on("open", listener, left);
  }

  onClose(listener: () => void, left?: AbortSignal): void {
    this.#on("close", listener, left);
  }

  #on(name: string, listener: (event: Event) => void, left: AbortSignal | undefined): void {
    this.#events.addEventListener(name, listener, left ? { signal: left } : {});
  }

  #connectAtOnce(): void {
    this.#attempts = 0;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    window.clearTimeout(this.#retrying);
    // Being online, or looked at, again connects at once: until then nobody would see what is told.
    if (!this.#userId || this.#connection || !navigator.onLine || document.hidden) return;
    const connection = (this.#connection = new AbortController());
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch {
      // Whose session has ended is followed no more; everything else passes.
      if (!connection.signal.aborted) this.#retry();
      return;
    }
    if (!connection.signal.aborted) this.#open(ticket, this.#userId, connection.signal);
  }

  #open(ticket: string, userId: string, over: AbortSignal): void {
    const { storage } = this.#options;
    const lastKey = `blockwork.lastMessage.${userId}`;
    const after = storage.getItem(lastKey);
    const url = new URL(this.#options.url);
    url.searchParams.set("ticket", ticket);
    if (after) url.searchParams.set("after", after);
    const socket = (this.#socket = new WebSocket(url));
    let openedAt: number | undefined;

    const onOpen = () => {
      openedAt = Date.now();
      if (after) socket.send(JSON.stringify({ action: "resume" }));
      this.#pinging = window.setInterval(() => this.#ping(), PING_EVERY_MS);
      this.tells.value = true;
      this.#events.dispatchEvent(new Event("open"));
    };
    const onMessage = ({ data }: MessageEvent) => {
      window.clearTimeout(this.#missing);
      const message = messageOf(data);
      // Told twice where a delivery was cut off in between.
      if (!message || message.id <= (storage.getItem(lastKey) ?? "")) return;
      storage.setItem(lastKey, message.id);
      this.#events.dispatchEvent(new CustomEvent("message", { detail: message }));
    };
    const onClose = () => {
      if (openedAt !== undefined && Date.now() - openedAt >= GOOD_AFTER_MS) this.#attempts = 0;
      this.#retry();
    };
    socket.addEventListener("open", onOpen, { signal: over });
    socket.addEventListener("message", onMessage, { signal: over });
    socket.addEventListener("close", onClose, { signal: over });
  }

  #retry(): void {
    this.#close();
    this.#retrying = window.setTimeout(() => void this.#connect(), pauseBefore(this.#attempts, Math.random()));
    this.#attempts += 1;
  }

  #close(): void {
    window.clearTimeout(this.#retrying);
    window.clearTimeout(this.#missing);
    window.clearInterval(this.#pinging);
    this.#connection?.abort();
    this.#connection = undefined;
    if (!this.#socket) return;
    this.#socket.close();
    this.#socket = undefined;
    this.tells.value = false;
    this.#events.dispatchEvent(new Event("close"));
  }

  #ping(): void {
    this.#socket?.send(JSON.stringify({ action: "ping" }));
    window.clearTimeout(this.#missing);
    this.#missing = window.setTimeout(() => {
      this.#close();
      this.#connectAtOnce();
    }, PONG_WITHIN_MS);
  }
}

/** How long to wait before trying again, in milliseconds; `random` from 0 to 1 keeps many browsers apart. */
export function pauseBefore(attempt: number, random: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + random / 2);
}

/** A message about something that happened; undefined for everything else, such as the answer to a ping. */
export function messageOf(text: unknown): Message | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(text));
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { type, id, data } = parsed as Partial<Record<string, unknown>>;
  if (typeof type !== "string" || typeof id !== "string" || typeof data !== "object" || data === null) return undefined;
  return { type, id, data: data as Readonly<Record<string, unknown>> };
}
