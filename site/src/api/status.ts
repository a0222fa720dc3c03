// Whether the services of this stage answer: each is asked for something that everybody, or who is signed in, may ask for.

import type { Session } from "../auth/session.ts";
import { SessionExpired } from "../auth/person.ts";
import { ApiClient, ApiError, Unreachable, type Call } from "./client.ts";
import { referenceOf } from "./problem.ts";

/** `reachable`: something is there, but only who is signed in is answered by the service itself. */
export type Health = "works" | "busy" | "fails" | "silent" | "reachable";

export interface Look {
  readonly name: string;
  readonly health: Health;
  /** Finds a failure in the logs. */
  readonly reference: string | undefined;
}

/** What is cheap to ask for, and changes nothing. */
const QUESTIONS: Readonly<Record<string, Call & { readonly path: () => string; readonly isPublic?: boolean }>> = {
  catalog: { path: () => "/products?limit=1", isPublic: true },
  forecast: { path: () => `/forecast?date=${new Date().toISOString().slice(0, 10)}`, isPublic: true },
  // Refused for what it does not say: by the service itself.
  identity: { path: () => "/tokens/refresh", method: "POST", body: {}, isPublic: true },
  vouchers: { path: () => "/vouchers?limit=1" },
  readings: { path: () => "/meters?limit=1" },
  support: { path: () => "/history?limit=1" },
  campaigns: { path: () => "/campaigns?limit=1" },
};
const TIMEOUT_MS = 15_000;

/** Ask services, given by the name and the URL of each, all at once. */
export async function lookAtAll(apis: Readonly<Record<string, string>>, session: Session, signal: AbortSignal): Promise<readonly Look[]> {
  return Promise.all(Object.entries(apis).sort().map(([name, url]) => lookAt(name, url, session, signal)));
}

async function lookAt(name: string, base: string, session: Session, signal: AbortSignal): Promise<Look> {
  const { path, isPublic, ...call } = QUESTIONS[name] ?? {};
  try {
    if (path && (isPublic || session.person)) {
      const api = new ApiClient(base, session);
      await api[isPublic ? "call" : "callSignedIn"](path(), { ...call, signal });
      return { name, health: "works", reference: undefined };
    }
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof SessionExpired)) return { name, ...failed(error) };
  }
  return { name, health: await isThere(base, signal), reference: undefined };
}

/** What an error says of the service: one that refuses works. */
function failed(error: unknown): Omit<Look, "name"> {
  if (error instanceof ApiError && error.status === 429) return { health: "busy", reference: undefined };
  // Only an API of ours refuses by a problem: whatever else answers stands in its place.
  if (error instanceof ApiError && error.status < 500 && error.isProblem) return { health: "works", reference: undefined };
  return { health: error instanceof Unreachable ? "silent" : "fails", reference: referenceOf(error) };
}

/** Whether anything answers: without a token API Gateway refuses before the service, in a way no page may read. */
async function isThere(base: string, signal: AbortSignal): Promise<Health> {
  try {
    await fetch(base, { mode: "no-cors", cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    return "reachable";
  } catch (error) {
    if (signal.aborted) throw error;
    return "silent";
  }
}
