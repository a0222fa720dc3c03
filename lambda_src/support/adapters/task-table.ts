/**
 * Conversations and tasks in a table, a partition a user.
 *
 * `open#000000001` and `closed#000000001` are a task before and after it is done: what is in the
 * stream as a new item of either is an event. `number` counts them, `message#…` is what was said.
 */

import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { currentCorrelationId } from "#blockwork/log.ts";
import type { Closing, Task, Tasks } from "../domain/tasks.ts";

const NUMBERS = "number";
const REMEMBERED_DAYS = 90;
const DAY = 24 * 60 * 60;
const PAGE = 100;
const TASKS = { open: "OPEN_TASK", closed: "CLOSED_TASK" } as const;

export interface Said {
  readonly conversationId: string;
  readonly message: string;
  readonly reply: string;
}

/** Something that is kept of a user; `number` is that of a task. */
export interface Entry {
  readonly kind: "MESSAGE" | "OPEN_TASK" | "CLOSED_TASK";
  readonly time: string;
  readonly text: string;
  readonly reply?: string;
  readonly conversationId?: string;
  readonly number?: number;
}

/** Some of a user's entries; `after` is where the next ones begin, missing where these are the last. */
export interface HistoryPage {
  readonly entries: readonly Entry[];
  readonly after?: string;
}

/** The table as its service uses it. */
export class TaskTable implements Tasks {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #now: () => Date;

  constructor(client: DynamoDBClient, name: string, now: () => Date = () => new Date()) {
    this.#client = client;
    this.#name = name;
    this.#now = now;
  }

  async open(userId: string, text: string): Promise<Task> {
    const number = await this.#nextNumber(userId);
    const taskId = crypto.randomUUID();
    const task = {
      taskId: { S: taskId },
      text: { S: text },
      since: { S: this.#now().toISOString() },
      correlationId: { S: currentCorrelationId() },
    };
    const update = this.#setting(key(userId, "open", number), task);
    await this.#client.send(new UpdateItemCommand(update));
    return { number, taskId, text };
  }

  async list(userId: string, most: number): Promise<{ tasks: Task[]; more: boolean }> {
    const answer = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        KeyConditionExpression: "userId = :userId AND begins_with(itemId, :open)",
        ExpressionAttributeValues: { ":userId": { S: userId }, ":open": { S: "open#" } },
        ProjectionExpression: "itemId, taskId, #text",
        ExpressionAttributeNames: { "#text": "text" },
        Select: "SPECIFIC_ATTRIBUTES",
        ConsistentRead: true,
        Limit: most + 1,
      }),
    );
    const tasks = (answer.Items ?? []).map((item) => ({
      number: Number(item.itemId?.S?.split("#")[1]),
      taskId: item.taskId?.S ?? "",
      text: item.text?.S ?? "",
    }));
    return {
      tasks: tasks.slice(0, most),
      more: tasks.length > most || answer.LastEvaluatedKey !== undefined,
    };
  }

  async close(userId: string, number: number): Promise<Closing> {
    const open = await this.#get(userId, "open", number);
    if (open?.taskId && open.text) {
      const closed = {
        taskId: open.taskId,
        text: open.text,
        since: { S: this.#now().toISOString() },
        correlationId: { S: currentCorrelationId() },
        expiration: this.#expiration(),
      };
      try {
        await this.#client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              {
                Delete: {
                  TableName: this.#name,
                  Key: key(userId, "open", number),
                  ConditionExpression: "attribute_exists(itemId)",
                },
              },
              { Update: this.#setting(key(userId, "closed", number), closed) },
            ],
          }),
        );
        return "closed";
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = error.CancellationReasons?.map((reason) => reason.Code) ?? [];
        if (!codes.includes("ConditionalCheckFailed")) throw error;
      }
    }
    return (await this.#get(userId, "closed", number)) ? "closed before" : "unknown";
  }

  /** Keep what was said, for a while. */
  async remember(userId: string, { conversationId, message, reply }: Said): Promise<void> {
    const itemId = `message#${conversationId}#${this.#now().toISOString()}#${crypto.randomUUID()}`;
    const said = { text: { S: message }, reply: { S: reply }, expiration: this.#expiration() };
    const update = this.#setting({ userId: { S: userId }, itemId: { S: itemId } }, said);
    await this.#client.send(new UpdateItemCommand(update));
  }

  /** Return what is kept of a user, a page of it. */
  async history(userId: string, after?: string): Promise<HistoryPage> {
    const page = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        KeyConditionExpression: "userId = :userId",
        ExpressionAttributeValues: { ":userId": { S: userId } },
        ProjectionExpression: "itemId, #text, reply, since",
        ExpressionAttributeNames: { "#text": "text" },
        Select: "SPECIFIC_ATTRIBUTES",
        ConsistentRead: true,
        Limit: PAGE,
        ...(after !== undefined && { ExclusiveStartKey: { userId: { S: userId }, itemId: { S: after } } }),
      }),
    );
    const last = page.LastEvaluatedKey?.itemId?.S;
    const entries = (page.Items ?? []).flatMap((item) => entryOf(item) ?? []);
    return { entries, ...(last !== undefined && { after: last }) };
  }

  /** Delete all there is of a user. Done again, it deletes what has come since. */
  async forget(userId: string): Promise<void> {
    let from: Record<string, { S: string }> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#name,
          KeyConditionExpression: "userId = :userId",
          ExpressionAttributeValues: { ":userId": { S: userId } },
          ProjectionExpression: "userId, itemId",
          Select: "SPECIFIC_ATTRIBUTES",
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const { itemId } of page.Items ?? []) {
        if (itemId === undefined) continue;
        const Key = { userId: { S: userId }, itemId };
        await this.#client.send(new DeleteItemCommand({ TableName: this.#name, Key }));
      }
      from = page.LastEvaluatedKey as typeof from;
    } while (from);
  }

  async #nextNumber(userId: string): Promise<number> {
    const answer = await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#name,
        Key: { userId: { S: userId }, itemId: { S: NUMBERS } },
        UpdateExpression: "ADD #last :one",
        ExpressionAttributeNames: { "#last": "last" },
        ExpressionAttributeValues: { ":one": { N: "1" } },
        ReturnValues: "UPDATED_NEW",
      }),
    );
    return Number(answer.Attributes?.last?.N);
  }

  async #get(userId: string, state: State, number: number) {
    const answer = await this.#client.send(
      new GetItemCommand({
        TableName: this.#name,
        Key: key(userId, state, number),
        ProjectionExpression: "taskId, #text",
        ExpressionAttributeNames: { "#text": "text" },
        ConsistentRead: true,
      }),
    );
    return answer.Item;
  }

  /** A put would replace an item whatever it is, so its role may not: an update makes new ones, too. */
  #setting(Key: Record<string, { S: string }>, attributes: Record<string, AttributeValue>) {
    const names = Object.keys(attributes);
    return {
      TableName: this.#name,
      Key,
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        names.map((name) => [`:${name}`, attributes[name] as AttributeValue]),
      ),
    };
  }

  #expiration(): { N: string } {
    return { N: String(Math.floor(this.#now().getTime() / 1000) + REMEMBERED_DAYS * DAY) };
  }
}

/** Return what an item says; the counter says nothing. */
function entryOf({ itemId, text, reply, since }: Record<string, AttributeValue>): Entry | undefined {
  const [kind, id = "", time = ""] = String(itemId?.S).split("#");
  const said = text?.S ?? "";
  if (kind === "message") {
    return { kind: "MESSAGE", time, text: said, reply: reply?.S ?? "", conversationId: id };
  }
  if (kind !== "open" && kind !== "closed") return undefined;
  return { kind: TASKS[kind], time: since?.S ?? "", text: said, number: Number(id) };
}

type State = "open" | "closed";

function key(userId: string, state: State, number: number) {
  return { userId: { S: userId }, itemId: { S: `${state}#${String(number).padStart(9, "0")}` } };
}
