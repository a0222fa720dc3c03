/** Puts events on the bus: checked, in batches, and never losing one of a batch silently. */

import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PATIENCE } from "./aws.ts";
import { type Envelope, toDetail } from "./envelope.ts";
import { log } from "./log.ts";

// Quotas of PutEvents, see "Amazon EventBridge PutEvents" in its user guide.
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;
const ROUNDS = 4;
const FIRST_PAUSE = 100;

/** Where events go: the bus in production, a list in unit tests. */
export interface Events {
  publish(...envelopes: readonly Envelope[]): Promise<void>;
}

interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

type Put = (entries: Entry[]) => Promise<readonly { ErrorCode?: string | undefined }[]>;

/** Returns what puts entries on EventBridge's buses. */
function toEventBridge(): Put {
  const client = new EventBridgeClient(PATIENCE);
  return async (entries) => {
    const answer = await client.send(new PutEventsCommand({ Entries: entries }));
    return answer.Entries ?? [];
  };
}

/**
 * Return the port `Events` on a bus.
 *
 * @param bus its name, which `let_publish` tells in EVENT_BUS_NAME.
 * @param put puts a batch. Default: on EventBridge.
 * @param pause waits so many milliseconds. Default: really.
 */
export function eventPublisher(
  bus: string,
  put: Put = toEventBridge(),
  pause: (milliseconds: number) => Promise<unknown> = wait,
): Events {
  async function untaken(batch: Entry[], reasons: Set<string>): Promise<Entry[]> {
    try {
      const results = await put(batch);
      return batch.filter((_, at) => {
        const code = results[at] ? results[at].ErrorCode : "NoAnswer";
        if (code !== undefined) reasons.add(code);
        return code !== undefined;
      });
    } catch (error) {
      log.warn("events were not put on the bus", { reason: String(error) });
      reasons.add(error instanceof Error ? error.name : "unknown");
      return batch;
    }
  }

  return {
    async publish(...envelopes) {
      let pending = envelopes.map((envelope) => entryOf(bus, envelope));
      const reasons = new Set<string>();
      for (let round = 0; round < ROUNDS && pending.length > 0; round += 1) {
        if (round > 0) await pause(FIRST_PAUSE * 2 ** round * (0.5 + Math.random() / 2));
        reasons.clear();
        const left: Entry[] = [];
        for (const batch of batches(pending)) left.push(...(await untaken(batch, reasons)));
        pending = left;
      }
      if (pending.length > 0) {
        const why = [...reasons].join("; ");
        throw new Error(`${pending.length} events are not on the bus: ${why}`);
      }
    },
  };
}

function entryOf(bus: string, envelope: Envelope): Entry {
  const entry = {
    EventBusName: bus,
    Source: envelope.source,
    DetailType: envelope.name,
    Detail: toDetail(envelope),
  };
  if (sizeOf(entry) > MOST_BYTES) {
    throw new Error(
      `${envelope.name} ${envelope.metadata.id} must have at most ${MOST_BYTES} bytes, got ` +
        `${sizeOf(entry)}: publish where its data is instead of the data`,
    );
  }
  return entry;
}

/** How EventBridge counts: source, detail type and detail in UTF-8. */
function sizeOf(entry: Entry): number {
  return Buffer.byteLength(entry.Source + entry.DetailType + entry.Detail);
}

/** Split into batches that one call takes, in their order. */
function* batches(entries: Entry[]): Generator<Entry[]> {
  let batch: Entry[] = [];
  let size = 0;
  for (const entry of entries) {
    if (batch.length === MOST_ENTRIES || (batch.length > 0 && size + sizeOf(entry) > MOST_BYTES)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(entry);
    size += sizeOf(entry);
  }
  if (batch.length > 0) yield batch;
}

function wait(milliseconds: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
