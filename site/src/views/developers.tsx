// For developers: the contract of every API, to read and to try.

import { useState } from "preact/hooks";
import { contractOf, exampleOf, loadContracts, requestOf, type Contract, type Operation, type Parameter } from "../api/contracts.ts";
import { useApp } from "../app.ts";
import "../styles/developers.css";
import * as t from "../.texts/developers.ts";
import * as common from "../.texts/visitor.ts";
import { useQuery } from "../ui/query.ts";
import { Loaded } from "../ui/states.tsx";

/** What has to be new for each request. */
const NEW_EACH_TIME = "Idempotency-Key";

/** The contracts are made from the services' sources. */
const WRITTEN_IN = "en";

/** Do something once the page is seen as it is: on a slow line the contracts would keep its words waiting. */
async function onceSeen<T>(load: () => Promise<T>): Promise<T> {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  return load();
}

export function Developers() {
  const { apis } = useApp().config;
  const query = useQuery({ queryKey: ["contracts"], queryFn: ({ signal }) => onceSeen(() => loadContracts({ ...apis }, signal)), staleTime: Infinity });
  return (
    <div class="developers">
      <h1>{common.developers}</h1>
      <p class="lead">{t.lead}</p>
      <Loaded query={query} waiting={<p role="status">{t.loading}</p>} what={t.theContracts}>
        {(contracts) => <>{contracts.map((one) => <Service key={one.name} contract={one} />)}</>}
      </Loaded>
    </div>
  );
}

function Service({ contract }: { readonly contract: Contract }) {
  const { name, title, description, base, operations } = contract;
  const file = contractOf(name);
  return (
    <section aria-labelledby={`service-${name}`}>
      <h2 id={`service-${name}`} lang={WRITTEN_IN}>{title}</h2>
      <p lang={WRITTEN_IN}>{description.split("\n\n")[0]}</p>
      <p class="hint">{t.at({ base, file, code: (words) => <code>{words}</code>, link: (words) => <a href={file} target="_self">{words}</a> })}</p>
      {operations.map((operation) => (
        <Route key={`${operation.method} ${operation.path}`} contract={contract} operation={operation} />
      ))}
    </section>
  );
}

/** What is inside is drawn when it is opened first. */
function Route({ contract, operation }: { readonly contract: Contract; readonly operation: Operation }) {
  const [wasOpened, setOpened] = useState(false);
  const { method, path, summary } = operation;
  return (
    <details class="route" onToggle={({ currentTarget }) => setOpened(wasOpened || currentTarget.open)}>
      <summary><h3><code><strong>{method}</strong> {path}</code></h3> <span lang={WRITTEN_IN}>{summary}</span></summary>
      {wasOpened && <Opened contract={contract} operation={operation} />}
    </details>
  );
}

function Opened({ contract, operation }: { readonly contract: Contract; readonly operation: Operation }) {
  const { description, needsToken, body, answers } = operation;
  return (
    <div class="route-content">
      {description.split("\n\n").map((text) => <p key={text} lang={WRITTEN_IN}>{text}</p>)}
      <p>{needsToken ? t.takesToken : t.everybody}</p>
      <h4>{t.answers}</h4>
      <dl class="answers">
        {answers.map(({ status, description: words, schema }) => (
          <div key={status}><dt><code>{status}</code></dt><dd lang={WRITTEN_IN}>{words} {named(schema) && <code>{named(schema)}</code>}</dd></div>
        ))}
      </dl>
      {body && <><h4>{t.body}</h4><Code label={t.bodySchema} text={JSON.stringify(body, null, 2)} /></>}
      <Attempt contract={contract} operation={operation} />
    </div>
  );
}

/** What a schema that is referred to is called. */
function named(schema: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const reference = schema?.["$ref"];
  return typeof reference === "string" ? reference.split("/").at(-1) : undefined;
}

/** A form that sends it. */
function Attempt({ contract, operation }: { readonly contract: Contract; readonly operation: Operation }) {
  const { session } = useApp();
  const [said, setSaid] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const { parameters, body, needsToken } = operation;
  const send = async (form: HTMLFormElement) => {
    setBusy(true);
    try {
      const typed = new FormData(form);
      const values = new Map(parameters.map(({ name }) => [name, String(typed.get(name) ?? "")]));
      const { url, method, headers } = requestOf(contract, operation, values);
      if (needsToken && session.person) headers.set("authorization", `Bearer ${await session.idToken()}`);
      if (body) headers.set("content-type", "application/json");
      const response = await fetch(url, { method, headers, ...(body ? { body: String(typed.get("body")) } : {}) });
      setSaid(await told(response));
    } catch (error) {
      // API Gateway's own refusals have no CORS headers: the browser shows nothing of them.
      setSaid((needsToken && !session.person ? t.signInFirst : t.noAnswer)({ error: String(error) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => {
      event.preventDefault();
      if (!isBusy) void send(event.currentTarget);
    }}>
      <h4>{t.tryIt}</h4>
      {parameters.map((parameter) => <Field key={parameter.name} parameter={parameter} />)}
      {body && (
        <div class="field">
          <label>{t.bodyAsJson}<textarea name="body" rows={8} spellcheck={false} defaultValue={JSON.stringify(exampleOf(body), null, 2)} /></label>
        </div>
      )}
      <div class="actions"><button type="submit" class="button" aria-disabled={isBusy || undefined}>{t.send}</button></div>
      <div role="status">{said !== undefined && <Code label={t.answered} text={said} />}</div>
    </form>
  );
}

function Field({ parameter: { name, required, description, schema } }: { readonly parameter: Parameter }) {
  const [first] = useState(() => (name === NEW_EACH_TIME ? crypto.randomUUID() : ""));
  return (
    <div class="field">
      <label>{name}<input type="text" name={name} required={required} autocomplete="off" spellcheck={false} defaultValue={first} /></label>
      <p class="hint">{[description ?? "", limits(schema)].filter(Boolean).join(" ")}</p>
    </div>
  );
}

function limits({ minimum, maximum, pattern, format }: Readonly<Record<string, unknown>>): string {
  if (minimum !== undefined && maximum !== undefined) return t.fromTo({ least: String(minimum), most: String(maximum) });
  if (pattern !== undefined) return t.fits({ pattern: String(pattern).replace("(?!\\n)", "") });
  return format === "date" ? t.aDay : "";
}

/** A long line scrolls by itself, which needs the keyboard as well. */
function Code({ label, text }: { readonly label: string; readonly text: string }) {
  return <section class="code" tabIndex={0} aria-label={label}><pre>{text}</pre></section>;
}

async function told(response: Response): Promise<string> {
  const text = await response.text();
  const headers = ["content-type", "etag", "location", "retry-after", "x-correlation-id"]
    .map((name) => [name, response.headers.get(name)] as const)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`);
  return [`${response.status} ${response.statusText}`.trim(), ...headers, "", pretty(text)].join("\n");
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
