// The runtime configuration: one build serves every stage, /config.json says which one this is.

/** Base URL of each microservice's API, without a trailing slash; a stage may lack the optional ones. */
interface Apis {
  readonly identity: string;
  readonly catalog: string;
  readonly vouchers?: string;
  readonly campaigns?: string;
  readonly support?: string;
  readonly forecast?: string;
  readonly readings?: string;
}

/** Sign-in with accounts of outside providers. */
interface OutsideSignIn {
  /** Host name of Cognito's sign-in pages. */
  readonly domain: string;
  readonly providers: readonly string[];
}

export interface Config {
  readonly stage: string;
  readonly region: string;
  readonly apis: Apis;
  /** Where the back end tells the browser what happened. */
  readonly webSocketUrl: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  /** Only where Cognito is not AWS's own. */
  readonly userPoolEndpoint?: string;
  /** Only where a stage has outside providers. */
  readonly signIn?: OutsideSignIn;
  /** Whether users may sign in by passkeys. */
  readonly passkeys: boolean;
}

export class ConfigError extends Error {}

const OPTIONAL = ["vouchers", "campaigns", "support", "forecast", "readings"] as const;
const HTTP = { name: "an http or https", protocols: ["http:", "https:"] };
const WEB_SOCKET = { name: "a ws or wss", protocols: ["ws:", "wss:"] };

/** Fetch and check `/config.json`; a `ConfigError` says what is wrong with it. */
export async function loadConfig(): Promise<Config> {
  let document: unknown;
  try {
    const response = await fetch("/config.json", { cache: "no-store" });
    if (!response.ok) throw new ConfigError(`/config.json answered ${response.status}`);
    document = await response.json();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof SyntaxError ? "is not JSON" : "could not be fetched";
    throw new ConfigError(`/config.json ${reason}`, { cause: error });
  }
  return parseConfig(document);
}

/** Check the shape of a configuration; unknown members are ignored, since later stages add some. */
export function parseConfig(document: unknown): Config {
  const root = object(document, "/config.json");
  const apis = object(root["apis"], "apis");
  const endpoint = root["userPoolEndpoint"];
  const signIn = root["signIn"];
  return {
    stage: text(root["stage"], "stage"),
    region: text(root["region"], "region"),
    apis: {
      identity: base(apis["identity"], "apis.identity"),
      catalog: base(apis["catalog"], "apis.catalog"),
      ...Object.fromEntries(OPTIONAL.filter((name) => apis[name] !== undefined).map((name) => [name, base(apis[name], `apis.${name}`)])),
    },
    webSocketUrl: url(root["webSocketUrl"], "webSocketUrl", WEB_SOCKET),
    userPoolId: text(root["userPoolId"], "userPoolId"),
    userPoolClientId: text(root["userPoolClientId"], "userPoolClientId"),
    ...(endpoint === undefined ? {} : { userPoolEndpoint: url(endpoint, "userPoolEndpoint") }),
    ...(signIn === undefined ? {} : { signIn: outsideSignIn(object(signIn, "signIn")) }),
    passkeys: root["passkeys"] === true,
  };
}

function outsideSignIn({ domain, providers }: Record<string, unknown>): OutsideSignIn {
  if (!Array.isArray(providers)) {
    throw new ConfigError(`signIn.providers must be a list, got ${JSON.stringify(providers)}`);
  }
  return {
    domain: text(domain, "signIn.domain"),
    providers: providers.map((name: unknown) => text(name, "signIn.providers")),
  };
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(`${name} must be an object, got ${JSON.stringify(value)}`);
  }
  return value as Record<string, unknown>;
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") {
    throw new ConfigError(`${name} must be a text, got ${JSON.stringify(value)}`);
  }
  return value;
}

function base(value: unknown, name: string): string {
  return url(value, name).replace(/\/+$/, "");
}

function url(value: unknown, name: string, scheme = HTTP): string {
  const address = text(value, name);
  if (!URL.canParse(address) || !scheme.protocols.includes(new URL(address).protocol)) {
    throw new ConfigError(`${name} must be ${scheme.name} URL, got ${JSON.stringify(value)}`);
  }
  return address;
}
