// What the views of readings share: their API, the files on their way, and words.

import { useMemo } from "preact/hooks";
import { ApiClient, ApiError, Unreachable } from "../api/client.ts";
import { pause, reference } from "../api/problem.ts";
import { isUnderWay, Readings, type Import } from "../api/readings.ts";
import { useApp, type App } from "../app.ts";
import * as t from "../.texts/readings.ts";
import * as common from "../.texts/visitor.ts";
import { sentence } from "../ui/problems.ts";
import { Uploads } from "../uploading.ts";

/** For views that a stage without readings has no addresses of. */
export function useReadings(): Readings {
  const app = useApp();
  return useMemo(() => readingsOf(app), []);
}

function readingsOf({ config, session, queries }: App): Readings {
  const { readings } = config.apis;
  if (!readings) throw new Error("this stage has no readings");
  return new Readings(new ApiClient(readings, session), queries);
}

let uploads: Uploads | undefined;

/** Files go on while the person looks at other pages; whoever signs in next sends none of them. */
export function useUploads(): Uploads {
  const app = useApp();
  if (!uploads) {
    const { session, notices } = app;
    const made = (uploads = new Uploads(readingsOf(app), ({ name }) => notices.notify(t.arrived({ name }))));
    let userId = session.person?.userId;
    session.onChange(() => {
      if (session.person?.userId === userId) return;
      userId = session.person?.userId;
      made.dropAll();
    });
    // Leaving the site would break them off.
    window.addEventListener("beforeunload", (event) => {
      if (made.all.value.some(({ error }) => error === undefined)) event.preventDefault();
    });
  }
  return uploads;
}

/** How far an import has come. */
export function statusOf(shown: Import): string {
  if (shown.status === "AWAITING_UPLOAD") return isUnderWay(shown) ? t.awaiting : t.never;
  return { IMPORTING: t.importing, IMPORTED: t.imported, FAILED: t.failed }[shown.status];
}

/** What has become of its rows, for example “1,000 rows accepted, 3 rejected”; empty where nothing has yet. */
export function countsOf({ status, accepted, rejected }: Import): string {
  if (status === "AWAITING_UPLOAD" || status === "FAILED") return "";
  return `${t.accepted({ n: accepted })}, ${t.rejected({ n: rejected })}`;
}

/** Why something that changes nothing did not work, in sentences. */
export function whyNot(error: unknown): string {
  if (error instanceof ApiError && error.status === 429) return pause(error);
  if (error instanceof ApiError && error.status < 500) {
    const said = error.errors.map(({ field, detail }) => `${field} ${detail}`);
    return sentence(said.length > 0 ? said.join(", ") : error.message) + reference(error);
  }
  return (error instanceof Unreachable ? common.noAnswer : common.ourFault) + reference(error);
}
