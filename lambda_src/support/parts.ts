/** What the support service does, of what it is given to do it with. */

import { text } from "#blockwork/bodies.ts";
import type { TableChange } from "#blockwork/changes.ts";
import { type Description, described } from "#blockwork/described.ts";
import { type Envelope, idIn } from "#blockwork/envelope.ts";
import type { Request, Response } from "#blockwork/http.ts";
import { log, setCorrelationId } from "#blockwork/log.ts";
import type { Events } from "#blockwork/publishing.ts";
import type { Parts } from "#blockwork/service.ts";
import type { HistoryPage, Said } from "./adapters/task-table.ts";
import { callerOf } from "./domain/callers.ts";
import { replyTo } from "./domain/chat.ts";
import type { Tasks } from "./domain/tasks.ts";

const SOURCE = "blockwork.support";
const NAMES: Readonly<Record<string, string>> = { open: "TaskOpened", closed: "TaskClosed" };
const LONGEST_MESSAGE = 10 * 1024;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const CHAT: Description = {
  name: "chat",
  summary: "A word with the chatbot, which opens and closes support tasks",
  text:
    "It understands `new task: …`, `my tasks` and `done <n>`; to anything else it says that. " +
    "The reply's `conversationId` is sent along with what is said next.",
  title: "ChatBody",
  body: {
    message: {
      schema: { type: "string", minLength: 1, maxLength: LONGEST_MESSAGE },
      check: text((message) => {
        const size = Buffer.byteLength(message);
        if (message.trim() === "") return "must say something, got nothing but spaces";
        if (size <= LONGEST_MESSAGE) return undefined;
        return `must have at most ${LONGEST_MESSAGE} bytes in UTF-8, got ${size}`;
      }),
    },
    conversationId: {
      schema: { type: "string", pattern: `${ID.source}(?!\\n)` },
      isOptional: true,
      check: text((id) =>
        ID.test(id) ? undefined : "must be one that a reply has had: 1 to 64 letters, digits, _ or -",
      ),
    },
  },
  answer: {
    title: "ChatReply",
    type: "object",
    properties: {
      reply: { type: "string" },
      conversationId: { type: "string", pattern: ID.source },
    },
    required: ["reply", "conversationId"],
  },
};

const TOKEN = /^[A-Za-z0-9_-]{2,400}$/;
const TIME = { type: "string", format: "date-time" };
const HISTORY: Description = {
  name: "getHistory",
  summary: "What the caller has said to the chatbot, its replies, and their tasks: all that is kept of them",
  text: "Messages and closed tasks are kept for 90 days.",
  query: {
    nextToken: {
      schema: { type: "string", pattern: `${TOKEN.source}(?!\\n)` },
      check: text((token) => (TOKEN.test(token) ? undefined : "must be one that this list answered with")),
    },
  },
  answer: {
    title: "HistoryView",
    type: "object",
    properties: {
      entries: {
        type: "array",
        items: {
          title: "EntryView",
          type: "object",
          properties: {
            kind: { type: "string", enum: ["MESSAGE", "OPEN_TASK", "CLOSED_TASK"] },
            time: TIME,
            text: { type: "string" },
            reply: { type: "string" },
            conversationId: { type: "string" },
            number: { type: "integer" },
          },
          required: ["kind", "time", "text"],
        },
      },
      nextToken: { type: "string" },
    },
    required: ["entries"],
  },
};

interface Conversations {
  history(userId: string, after?: string): Promise<HistoryPage>;
  remember(userId: string, said: Said): Promise<void>;
  forget(userId: string): Promise<void>;
}

export interface Given {
  readonly tasks: Tasks;
  readonly conversations: Conversations;
  readonly events: Events;
  readonly ownIssuer: string;
}

export function parts({ tasks, conversations, events, ownIssuer }: Given): Parts {
  async function chat(body: Readonly<Record<string, unknown>>, request: Request): Promise<Response> {
    const message = body.message as string;
    const conversationId = (body.conversationId as string | undefined) ?? crypto.randomUUID();
    const { iss, sub } = request.claims;
    const userId = callerOf(String(iss), String(sub), ownIssuer);
    const reply = await replyTo(message, userId, tasks);
    await conversations.remember(userId, { conversationId, message, reply });
    return { status: 200, body: { reply, conversationId } };
  }

  async function history({ claims, query }: Request): Promise<Response> {
    const token = query.nextToken;
    const after = token === undefined ? undefined : Buffer.from(token, "base64url").toString();
    const page = await conversations.history(callerOf(String(claims.iss), String(claims.sub), ownIssuer), after);
    const next = page.after !== undefined && { nextToken: Buffer.from(page.after).toString("base64url") };
    return { status: 200, body: { entries: page.entries, ...next } };
  }

  /** Tell the others of a task that is new, or done; whatever else changes is nobody's business. */
  async function publish(change: TableChange): Promise<void> {
    const item = change.new;
    const name = NAMES[String(item?.itemId?.S).split("#")[0] ?? ""];
    if (change.kind !== "INSERT" || !item || name === undefined) return;
    const correlationId = String(item.correlationId?.S);
    setCorrelationId(correlationId);
    const [taskId, userId] = [String(item.taskId?.S), String(item.userId?.S)];
    await events.publish({
      source: SOURCE,
      name,
      // The same however often the stream hands the change over.
      metadata: { id: `${taskId}-${name}`, correlationId, time: String(item.since?.S), version: 1 },
      data: { taskId, userId },
    });
    log.info("told", { event: name, task: taskId });
  }

  async function forget(event: Envelope): Promise<void> {
    await conversations.forget(idIn(event, "userId"));
  }

  return {
    routes: {
      "POST /chat": described(CHAT, chat),
      "GET /history": described(HISTORY, (_, request) => history(request)),
    },
    events: { "blockwork.identity UserDeleted": forget },
    changes: publish,
  };
}
