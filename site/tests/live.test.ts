import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Live, messageOf, pauseBefore, type Message } from "../src/push/live.ts";

/** The browser as far as a connection knows it: a clock that is turned by hand, and sockets that do what they are told. */
class Browser extends EventTarget {
  hidden = false;
  onLine = true;
  #now = 0;
  #next = 1;
  readonly #timers = new Map<number, { at: number; every?: number; run: () => void }>();

  setTimeout(run: () => void, ms: number): number {
    this.#timers.set(this.#next, { at: this.#now + ms, run });
    return this.#next++;
  }
  setInterval(run: () => void, ms: number): number {
    this.#timers.set(this.#next, { at: this.#now + ms, every: ms, run });
    return this.#next++;
  }
  clearTimeout(id: number | undefined): void {
    this.#timers.delete(id ?? 0);
  }
  clearInterval(id: number | undefined): void {
    this.#timers.delete(id ?? 0);
  }
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.#now = timer.at;
      if (timer.every) this.#timers.set(id, { ...timer, at: timer.at + timer.every });
      else this.#timers.delete(id);
      timer.run();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

class Socket extends EventTarget {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readonly url: URL;
  readonly sent: string[] = [];
  readyState = 0;

  constructor(url: URL) {
    super();
    this.url = url;
    Socket.made.push(this);
  }
  send(text: string): void {
    this.sent.push((JSON.parse(text) as { action: string }).action);
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(content: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(content) }));
  }
  breaks(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

class Tab {
  readonly #items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#items.set(name, value);
  }
}

let browser: Browser;
let tab: Tab;
let tickets: number;

beforeEach(() => {
  browser = new Browser();
  tab = new Tab();
  tickets = 0;
  Socket.made = [];
  Object.assign(globalThis, { window: browser, document: browser, WebSocket: Socket });
  Object.defineProperty(globalThis, "navigator", { value: browser, configurable: true });
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function listening(ticket = () => Promise.resolve(`ticket-${(tickets += 1)}`)): { live: Live; heard: Message[] } {
  const live = new Live({ url: "wss://push.example/live", ticket, storage: tab });
  const heard: Message[] = [];
  live.onMessage((message) => heard.push(message));
  return { live, heard };
}

async function connected(userId = "anna"): Promise<{ live: Live; heard: Message[]; socket: Socket }> {
  const { live, heard } = listening();
  live.follow(userId);
  await settled();
  const socket = last();
  socket.opens();
  return { live, heard, socket };
}

function last(): Socket {
  const socket = Socket.made.at(-1);
  assert.ok(socket, "no connection was made");
  return socket;
}

function told(id: number): object {
  return { type: "VoucherIssued", id: String(id).padStart(12, "0"), data: {} };
}

test("pauses between attempts double up to a minute, and differ from browser to browser", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 7, 100].map((attempt) => pauseBefore(attempt, 1)), [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(pauseBefore(3, 0), 4_000);
  assert.equal(pauseBefore(3, 0.5), 6_000);
});

test("what happened is a message, and the answers of the channel itself are not", () => {
  assert.deepEqual(messageOf(JSON.stringify(told(42))), { type: "VoucherIssued", id: "000000000042", data: {} });
  const others = ['{"type":"pong"}', '{"type":"error","detail":"?"}', '{"type":"X","id":7,"data":{}}', '{"type":"X","id":"1","data":null}', "null", "{", new Blob()];
  for (const other of others) assert.equal(messageOf(other), undefined);
});

test("a first connection asks for nothing that was missed", async () => {
  const { live, socket } = await connected();
  assert.equal(socket.url.href, "wss://push.example/live?ticket=ticket-1");
  assert.deepEqual(socket.sent, []);
  assert.equal(live.isOpen, true);
});

test("a message that was told before is told no second time", async () => {
  const { heard, socket } = await connected();
  for (const id of [7, 8, 8, 7, 10]) socket.says(told(id));
  assert.deepEqual(heard.map(({ id }) => Number(id)), [7, 8, 10]);
});

test("a connection that broke comes back with a ticket of its own and asks for what it missed", async () => {
  const { socket } = await connected();
  socket.says(told(7));
  socket.breaks();
  await browser.pass(1_000);
  assert.equal(Socket.made.length, 2);
  assert.equal(last().url.search, "?ticket=ticket-2&after=000000000007");
  last().opens();
  assert.deepEqual(last().sent, ["resume"]);
});

test("a reloaded page goes on where it was, and another person does not", async () => {
  (await connected()).socket.says(told(7));
  assert.equal((await connected()).socket.url.searchParams.get("after"), "000000000007");
  assert.equal((await connected("ben")).socket.url.searchParams.get("after"), null);
});

test("a ticket that cannot be had is asked for again, less and less often", async () => {
  const { live } = listening(() => Promise.reject(new Error(String((tickets += 1)))));
  live.follow("anna");
  await settled();
  await browser.pass(10 * 60_000);
  assert.ok(tickets > 10 && tickets < 26, `${tickets} attempts in ten minutes`);
});

test("an idle connection is kept by pings, and one that does not answer is given up", async () => {
  const { live, socket } = await connected();
  await browser.pass(5 * 60_000);
  assert.deepEqual(socket.sent, ["ping"]);
  socket.says({ type: "pong" });
  await browser.pass(60_000);
  assert.equal(live.isOpen, true);
  await browser.pass(4 * 60_000 + 10_000);
  assert.deepEqual(socket.sent, ["ping", "ping"]);
  assert.equal(Socket.made.length, 2);
});

test("nothing is tried while offline or hidden, and both ends connect at once", async () => {
  const { live, socket } = await connected();
  browser.onLine = false;
  browser.dispatchEvent(new Event("offline"));
  assert.equal(live.isOpen, false);
  assert.equal(socket.readyState, 3);
  await browser.pass(5 * 60_000);
  browser.onLine = true;
  browser.hidden = true;
  browser.dispatchEvent(new Event("online"));
  await browser.pass(5 * 60_000);
  assert.equal(Socket.made.length, 1);
  browser.hidden = false;
  browser.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(Socket.made.length, 2);
});

test("who signs out is told nothing more, not even over a connection that was being made", async () => {
  const { live, heard, socket } = await connected();
  live.follow(undefined);
  socket.says(told(7));
  assert.equal(socket.readyState, 3);
  live.follow("ben");
  live.follow(undefined);
  await browser.pass(60_000);
  assert.equal(Socket.made.length, 1);
  assert.deepEqual(heard, []);
});
