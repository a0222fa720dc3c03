/** A whole microservice as one function: requests, events of others, changes of its table. */

import { type BatchAnswer, eachChange, isTableBatch, type TableChange } from "./changes.ts";
import { type Envelope, isBusEvent, readEvent } from "./envelope.ts";
import { type HttpAnswer, httpHandler, isHttpEvent, type Routes } from "./http.ts";
import { beginInvocation, type Context, log, setCorrelationId } from "./log.ts";

/**
 * @param routes what requests are answered by. Default: there are none.
 * @param events what reacts to events of others, by `source` and name with a space between, such as
 *   `shop.orders OrderPlaced`; each may come more than once. Default: there are none.
 * @param changes what reacts to changes of its table. Default: nothing follows them.
 */
export interface Parts {
  readonly routes?: Routes;
  readonly events?: Readonly<Record<string, (event: Envelope) => Promise<void>>>;
  readonly changes?: (change: TableChange) => Promise<void>;
}

export type Handler = ((
  event: object,
  context: Context,
) => Promise<HttpAnswer | BatchAnswer | undefined>) & {
  /** For `blockwork openapi`, which reads what they say of themselves. */
  readonly routes: Routes;
};

/**
 * Return the handler of a service.
 *
 *     export const handler = service({ routes: { "GET /orders": listOrders } });
 *
 * What fails with an event of the bus, or is none that the service knows, fails the invocation: after
 * Lambda's retries it is in the failure chain.
 */
export function service({ routes = {}, events = {}, changes }: Parts): Handler {
  const answer = httpHandler(routes);
  const handler = async (event: object, context: Context) => {
    beginInvocation(context);
    if (isHttpEvent(event)) return answer(event);
    if (changes && isTableBatch(event)) return eachChange(event, changes);
    const started = performance.now();
    try {
      if (!isBusEvent(event)) throw new Error("neither a request nor a change nor an event");
      const react = events[`${event.source} ${event["detail-type"]}`];
      if (!react) throw new Error(`${event["detail-type"]} of ${event.source} is nothing of ours`);
      const envelope = readEvent(event);
      setCorrelationId(envelope.metadata.correlationId);
      await react(envelope);
      log.info("event", {
        event: envelope.name,
        replay: event["replay-name"] ?? null,
        id: envelope.metadata.id,
        outcome: "done",
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      });
      return undefined;
    } catch (error) {
      log.error("the event was not handled", error);
      throw error;
    }
  };
  return Object.assign(handler, { routes });
}
