/** What a table's stream hands over, for partial batch responses. */

import { log, setCorrelationId } from "./log.ts";

/** An item as DynamoDB writes it: `{"userId": {"S": "u1"}}`. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface TableRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly OldImage?: Item;
    readonly NewImage?: Item;
  };
}

export interface TableBatch {
  readonly Records: readonly TableRecord[];
}

/** What happened to one item: `id` is the same whenever it is handed over. */
export interface TableChange {
  readonly id: string;
  readonly kind: "INSERT" | "MODIFY" | "REMOVE";
  readonly old: Item | undefined;
  readonly new: Item | undefined;
}

export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Return whether an event comes from a table's stream. */
export function isTableBatch(event: object): event is TableBatch {
  const records = (event as Partial<TableBatch>).Records;
  return Array.isArray(records) && records.every((record) => "dynamodb" in record);
}

/**
 * React to each change in its order.
 *
 * At the first that fails the batch ends, and Lambda goes on from it, until its event source mapping
 * gives it up: then a note is in the failure chain. The same change may come more than once.
 */
export async function eachChange(
  batch: TableBatch,
  react: (change: TableChange) => Promise<void>,
): Promise<BatchAnswer> {
  for (const record of batch.Records) {
    const id = record.dynamodb.SequenceNumber;
    setCorrelationId(id);
    const started = performance.now();
    let outcome = "done";
    try {
      await react({
        id: record.eventID,
        kind: record.eventName,
        old: record.dynamodb.OldImage,
        new: record.dynamodb.NewImage,
      });
    } catch (error) {
      log.error("the record was not handled", error);
      outcome = "failed";
    }
    const duration = Math.round((performance.now() - started) * 10) / 10;
    log.info("record", { id, outcome, duration_ms: duration });
    if (outcome === "failed") return { batchItemFailures: [{ itemIdentifier: id }] };
  }
  return { batchItemFailures: [] };
}
