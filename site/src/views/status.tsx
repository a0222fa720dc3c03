import { lookAtAll, type Health, type Look } from "../api/status.ts";
import { useApp } from "../app.ts";
import { paths } from "../places.ts";
import "../styles/status.css";
import { Icon, type IconName } from "../ui/icons.tsx";
import { useQuery } from "../ui/query.ts";
import { Loaded } from "../ui/states.tsx";

const times = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

const SERVICES: Readonly<Record<string, string>> = {
  campaigns: "Newsletters",
  catalog: "Tariffs",
  forecast: "Weather forecast",
  identity: "Accounts",
  support: "Support chat",
  vouchers: "Vouchers",
};

const WORDS: Readonly<Record<Health, string>> = {
  works: "Works",
  busy: "Busy: it asks to be left alone for a moment",
  fails: "Has problems: it answers, but not as it should",
  silent: "Does not answer",
  reachable: "Can be reached; what it does is for who is signed in",
};
const ICONS: Readonly<Record<Health, IconName>> = { works: "done", busy: "alert", fails: "alert", silent: "close", reachable: "done" };

/** Which services answer right now, asked by the visitor's own browser. */
export function Status() {
  const { session } = useApp();
  const query = useQuery({
    queryKey: ["status", session.person?.userId ?? ""],
    queryFn: ({ signal }) => lookAtAll(session, signal),
    // Never an earlier look in the place of one of now.
    gcTime: 0,
  });
  const { data, dataUpdatedAt, isFetching } = query;
  return (
    <div class="narrow">
      <h1>Status</h1>
      <p class="lead">Your browser asks each of our services when you open this page, and shows what it was answered.</p>
      <Loaded query={query} waiting={<p>Asking our services…</p>} what="which services there are">
        {(looks) => (
          <ul class="services panel" role="list">
            {looks.map((look) => <Service key={look.name} look={look} />)}
          </ul>
        )}
      </Loaded>
      <div class="actions">
        <button type="button" class="button" aria-disabled={isFetching || undefined} onClick={() => void (isFetching || query.refetch())}>
          {isFetching ? "Asking…" : "Ask again"}
        </button>
      </div>
      <p class="hint apart" role="status">
        {data && !isFetching && <>{summary(data)} Last asked <time dateTime={new Date(dataUpdatedAt).toISOString()}>{times.format(dataUpdatedAt)}</time>.</>}
      </p>
    </div>
  );
}

function Service({ look: { name, health, reference } }: { readonly look: Look }) {
  return (
    <li class={`service service-${health}`}>
      <Icon name={ICONS[health]} />
      <strong>{SERVICES[name] ?? name}</strong>
      <span>{WORDS[health]}{reference && <>. Reference: <code>{reference}</code>, <a href={paths.contact(reference)}>get help</a></>}</span>
    </li>
  );
}

function summary(looks: readonly Look[]): string {
  const wrong = looks.filter(({ health }) => health !== "works" && health !== "reachable").length;
  return wrong === 0 ? "All services answered." : `${wrong} of ${looks.length} services did not answer as they should.`;
}
