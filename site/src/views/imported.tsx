import { useEffect, useState } from "preact/hooks";
import { ApiError, Unreachable } from "../api/client.ts";
import { isUnderWay, type Import } from "../api/readings.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { firstRows } from "../csv.ts";
import { moment, number } from "../formats.ts";
import { paths } from "../places.ts";
import type { Page } from "../router.ts";
import "../styles/readings.css";
import * as t from "../.texts/readings.ts";
import { askAgainIn } from "../ui/asking.ts";
import { Icon } from "../ui/icons.tsx";
import { useMember } from "../ui/member.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded, Notice } from "../ui/states.tsx";
import { countsOf, statusOf, useReadings, whyNot } from "./imports.ts";
import { useOrSignIn } from "./or-sign-in.ts";

const MOST_REJECTS = 20;

/** One file: how far its import has come, and what is wrong with its rows. */
export function Imported({ importId, page }: { readonly importId: string; readonly page: Page }) {
  const { router } = useApp();
  const isTold = useMember().live.tells.value;
  const query = useQuery({
    ...useReadings().importOf(importId),
    refetchInterval: ({ state }) => askAgainIn(state.data !== undefined && isUnderWay(state.data), state, isTold),
    refetchOnWindowFocus: ({ state: { data } }) => data !== undefined && isUnderWay(data),
  });
  const { data, error } = query;
  useEffect(() => router.setTitle(data?.filename ?? (() => t.file)), [data?.filename]);
  const isUnknown = error instanceof ApiError && [400, 404].includes(error.status);
  return (
    <div class="narrow">
      <a class="back" href={paths.readings}><Icon name="back" />{t.allReadings}</a>
      {!isUnknown && <h1>{data?.filename ?? t.file}</h1>}
      <Loaded query={query} waiting={<p role="status">{t.loadingImport}</p>} what={t.thisImport}
        onError={() => isUnknown && <Notice heading={t.importNotFound} detail={t.importNotFoundWhy} level={1} icon="search" />}>
        {(shown) => <><Standing shown={shown} />{shown.rejectsUrl && <Rejects shown={shown} url={shown.rejectsUrl} page={page} />}</>}
      </Loaded>
    </div>
  );
}

function Standing({ shown }: { readonly shown: Import }) {
  const { status, reason, createdAt } = shown;
  return (
    <section class="panel" aria-label={t.howFar} tabindex={-1}>
      <p class="standing" role="status">{statusOf(shown)}</p>
      {status === "IMPORTING" && <progress class="bar" aria-label={t.soFar} />}
      <p class="counts">{countsOf(shown)}</p>
      {status === "AWAITING_UPLOAD" && <p>{t.awaitingWhy({ link: (words) => <a href={paths.readings}>{words}</a> })}</p>}
      {status === "FAILED" && <><p class="problem">{t.itFailed({ reason: reason ?? "" })}</p><p>{t.itFailedWhat}</p></>}
      <p class="hint">{t.beganAt({ moment: moment(createdAt), time: (words) => <time dateTime={createdAt}>{words}</time> })}</p>
    </section>
  );
}

/** The first rejected rows, and the way to all; addresses of their file hold for minutes only. */
function Rejects({ shown: { importId, rejected }, url, page }: { readonly shown: Import; readonly url: string; readonly page: Page }) {
  const readings = useReadings();
  const orSignIn = useOrSignIn(page);
  const [problem, setProblem] = useState("");
  const query = useQuery({
    // Of an import that is over they stay the same, whatever their address is by now.
    queryKey: ["rejects", importId],
    queryFn: async ({ signal }) => firstRows(await fileAt(url, signal), MOST_REJECTS),
    staleTime: Infinity,
  });
  const download = async () => {
    setProblem("");
    try {
      const { rejectsUrl } = await orSignIn(() => readings.get(importId, page.left));
      if (!rejectsUrl || !/^https?:\/\//.test(rejectsUrl)) throw new TypeError("the readings API answered an import with rejects without their address");
      // Storage says that it is to be kept, so the page stays.
      if (!page.left.aborted) window.location.assign(rejectsUrl);
    } catch (error) {
      if (page.left.aborted || error instanceof SessionExpired) return;
      setProblem(t.downloadFailed({ why: whyNot(error) }));
    }
  };
  return (
    <section class="panel" aria-labelledby="rejects-heading" tabindex={-1}>
      <h2 id="rejects-heading">{t.rejects}</h2>
      <p>{t.rejectsLead({ n: rejected })}</p>
      <Loaded query={query} waiting={<p role="status">{t.loadingRejects}</p>} what={t.theRejects}>
        {(rows) => (
          <>
            {rejected > rows.length && <p>{t.firstRejects({ n: rows.length })}</p>}
            <ol class="rejects" role="list">
              {rows.map(([line = "", reason = "", row = ""], index) => (
                <li key={index} class="reject">
                  <p class="hint">{t.line} {/^\d+$/.test(line) ? number(Number(line)) : line}</p>
                  {/* As the back end says it. */}
                  <p lang="en">{reason}</p>
                  <p><span class="visually-hidden">{t.row}: </span><code>{row}</code></p>
                </li>
              ))}
            </ol>
          </>
        )}
      </Loaded>
      <div class="actions"><button type="button" class="button button-plain" onClick={() => void download()}>{t.download}</button></div>
      <p class="problem" role="alert">{problem}</p>
    </section>
  );
}

async function fileAt(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal, cache: "no-store" }).catch((cause: unknown) => {
    throw signal.aborted ? cause : new Unreachable("no answer from storage", { cause });
  });
  if (!response.ok) throw new ApiError(response.status, `storage answered ${response.status}`);
  return response;
}
