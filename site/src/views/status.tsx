import { lookAtAll, type Health, type Look } from "../api/status.ts";
import { useApp } from "../app.ts";
import { second } from "../more-formats.ts";
import "../styles/status.css";
import * as t from "../.texts/status.ts";
import * as of from "../.texts/visitor.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { useQuery } from "../ui/query.ts";
import { GetHelp } from "../ui/reference.tsx";
import { Loaded } from "../ui/states.tsx";

/** What a service is called by people. */
const SERVICES: Readonly<Record<string, () => string>> = {
  campaigns: () => t.campaigns,
  catalog: () => t.catalog,
  forecast: () => t.forecast,
  identity: () => t.identity,
  readings: () => t.readings,
  support: () => t.support,
  vouchers: () => t.vouchers,
};

const SHOWN: Readonly<Record<Health, readonly [IconName, () => string]>> = {
  works: ["done", () => t.works],
  busy: ["alert", () => t.busy],
  fails: ["alert", () => t.fails],
  silent: ["close", () => t.silent],
  reachable: ["done", () => t.reachable],
};

/** Which services answer right now, asked by the visitor's own browser. */
export function Status() {
  const { session, config: { apis } } = useApp();
  const query = useQuery({
    queryKey: ["status", session.person?.userId ?? ""],
    queryFn: ({ signal }) => lookAtAll({ ...apis }, session, signal),
    // Never an earlier look in the place of one of now.
    gcTime: 0,
  });
  const { data, dataUpdatedAt, isFetching } = query;
  const asked = new Date(dataUpdatedAt).toISOString();
  return (
    <div class="narrow status">
      <h1>{of.status}</h1>
      <p class="lead">{t.lead}</p>
      <Loaded query={query} waiting={<p class="waiting">{t.asking}</p>} what={t.services}>
        {(looks) => (
          <>
            <ul class="services panel" role="list">
              {looks.map((look) => <Service key={look.name} look={look} />)}
            </ul>
            <div class="actions">
              <button type="button" class="button" aria-disabled={isFetching || undefined} onClick={() => void (isFetching || query.refetch())}>
                {isFetching ? t.askingAgain : t.askAgain}
              </button>
            </div>
          </>
        )}
      </Loaded>
      <p class="hint apart" role="status">
        {data && !isFetching && <>{summary(data)} {t.asked({ when: second(asked), time: (words) => <time dateTime={asked}>{words}</time> })}</>}
      </p>
    </div>
  );
}

function Service({ look: { name, health, reference } }: { readonly look: Look }) {
  const [icon, words] = SHOWN[health];
  return (
    <li class={`service service-${health}`}>
      <Icon name={icon} />
      <strong>{SERVICES[name]?.() ?? name}</strong>
      <span>{words()}{reference && <>. {of.reference({ id: reference })} <GetHelp id={reference} /></>}</span>
    </li>
  );
}

function summary(looks: readonly Look[]): string {
  const wrong = looks.filter(({ health }) => health !== "works" && health !== "reachable").length;
  return wrong === 0 ? t.allAnswered : t.someFailed({ wrong: String(wrong), n: looks.length });
}
