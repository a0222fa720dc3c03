/**
 * What an event is, and the envelope it travels in, as `blockwork.runtime.envelope` has it.
 *
 * On the bus an event has the `source` of its service, its name as detail type and
 * `{"metadata": {…}, "data": {…}}` as detail.
 */

const ID = /^[A-Za-z0-9_-]{1,128}$/;
// API Gateway's request ids, which many begin with, are Base64.
const CORRELATION_ID = /^[A-Za-z0-9_=+/:.-]{1,128}$/;

/** What an envelope says about its event: `id` is the same whenever the same fact is told again. */
export interface Metadata {
  readonly id: string;
  readonly correlationId: string;
  readonly time: string;
  readonly version: number;
}

/** An event as EventBridge takes it and hands it over. */
export interface Envelope {
  readonly source: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event does not fit its contract: trying again cannot help, mending its producer can. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

/** An event has another version than this code knows: deploy code that knows it, then redrive. */
export class UnsupportedVersionError extends Error {
  override readonly name = "UnsupportedVersionError";
}

/** Return the detail as JSON. */
export function toDetail(envelope: Envelope): string {
  const { metadata, data } = envelope;
  checkMetadata(metadata, envelope.name);
  return JSON.stringify({ metadata, data });
}

export interface BusEvent {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: unknown;
  readonly "replay-name"?: string;
}

/** Return whether EventBridge has delivered it. */
export function isBusEvent(event: object): event is BusEvent {
  return "detail-type" in event && "source" in event && "detail" in event;
}

/**
 * Return the envelope of an event that EventBridge has delivered.
 *
 * @param version which one of its contract this code knows.
 * @throws InvalidEventError if it is none. UnsupportedVersionError if it has another version.
 */
export function readEvent(event: BusEvent, version = 1): Envelope {
  const name = event["detail-type"];
  const { metadata, data } = (event.detail ?? {}) as Partial<Envelope>;
  if (typeof metadata !== "object" || typeof data !== "object" || data === null) {
    throw new InvalidEventError(`${name} does not fit: its detail needs metadata and data`);
  }
  checkMetadata(metadata, name);
  if (metadata.version !== version) {
    throw new UnsupportedVersionError(
      `${name} has version ${metadata.version}, this code knows version ${version}`,
    );
  }
  return { source: event.source, name, metadata, data };
}

/** Return a field of an event's data that is an id. */
export function idIn(envelope: Envelope, field: string): string {
  const value = envelope.data[field];
  if (typeof value === "string" && ID.test(value)) return value;
  throw new InvalidEventError(`${envelope.name} does not fit: ${field} must be an id`);
}

function checkMetadata(metadata: Metadata | null, name: string): void {
  const { id, correlationId, time, version } = metadata ?? ({} as Partial<Metadata>);
  const fits =
    ID.test(String(id)) &&
    CORRELATION_ID.test(String(correlationId)) &&
    !Number.isNaN(Date.parse(String(time))) &&
    Number.isInteger(version);
  if (!fits) throw new InvalidEventError(`${name} does not fit: its metadata is not as agreed`);
}
