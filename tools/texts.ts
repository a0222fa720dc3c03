// Compiles the web app's texts, site/texts/<language>/<part>.json in ICU MessageFormat, into what the app imports.
// Nothing is parsed in the browser, and no key is in its files: a message is a text, or a function of its values.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";

/** What each language must have of a part: a message by key. */
export type Messages = Readonly<Record<string, string>>;
type Kind = "string" | "number" | "tag";

/** The first is what the others are compared with. */
const LANGUAGES = ["en", "de"] as const;
/** What every visitor needs comes before the page starts; every other part with the first module that imports it. */
const AT_START = "visitor";
/** Is put into index.html, see vite.config.ts. */
const STATIC = "page";
/** What no message can be called: words of the language, and of the modules that are made. */
const TAKEN = new Set(
  ("all await break case catch class const continue debugger default delete do else enum export extends false finally for function if import " +
    "in instanceof let load new null return static super switch texts this throw true try typeof var void while with yield").split(" "),
);
const SOURCES = resolve(import.meta.dirname, "../site/texts");
const COMPILED = resolve(import.meta.dirname, "../site/src/.texts");

/** The files of one part by name; an error names the part, the language and the key that does not fit. */
export function compiled(part: string, languages: Readonly<Record<string, Messages>>): ReadonlyMap<string, string> {
  const [first = "", ...others] = Object.keys(languages);
  const keys = Object.keys(languages[first] ?? {});
  for (const other of others) compare(part, [first, languages[first] ?? {}], [other, languages[other] ?? {}]);
  const declared = keys.map((key) => `${key}: ${typeOf(parsed(part, first, key, languages[first]?.[key] ?? ""))}`);
  const loads = Object.keys(languages).map((one) => `${one}: () => import("./${part}.${one}.ts")`);
  const load = `texts({ ${loads.join(", ")} }, (all) => {\n  [${keys.join(", ")}] = all as readonly any[];\n})`;
  const accessor = [
    `// Made by tools/texts.ts from site/texts: change it there.`,
    `import { texts } from "../language.ts";`,
    `export let ${declared.join(",\n  ")};`,
    part === AT_START ? `export const load = () => ${load};` : `await ${load};`,
  ];
  const files = new Map([[`${part}.ts`, `${accessor.join("\n")}\n`]]);
  for (const [language, messages] of Object.entries(languages)) {
    const values = keys.map((key) => `  ${valueOf(parsed(part, language, key, messages[key] ?? ""))},\n`).join("");
    const used = ["number", "plural"].filter((name) => values.includes(`${name}(`));
    const imports = used.length > 0 ? `import { ${used.join(", ")} } from "../formats.ts";\n` : "";
    files.set(`${part}.${language}.ts`, `${imports}export default [\n${values}];\n`);
  }
  return files;
}

function compare(part: string, [first, expected]: [string, Messages], [other, actual]: [string, Messages]): void {
  const missing = Object.keys(expected).filter((key) => !(key in actual));
  const unknown = Object.keys(actual).filter((key) => !(key in expected));
  const file = (language: string) => `site/texts/${language}/${part}.json`;
  if (missing.length > 0) throw new Error(`${file(other)} must have every text of ${file(first)}, it lacks ${missing.join(", ")}`);
  if (unknown.length > 0) throw new Error(`${file(other)} must have no text that ${file(first)} lacks, got ${unknown.join(", ")}`);
  for (const key of Object.keys(expected)) {
    const [here, there] = [expected, actual].map((messages, index) => {
      return typeOf(parsed(part, [first, other][index] ?? "", key, messages[key] ?? ""));
    });
    if (here !== there) throw new Error(`${key} must take the same values in ${file(first)} and ${file(other)}, got ${here} and ${there}`);
  }
}

function parsed(part: string, language: string, key: string, message: string): MessageFormatElement[] {
  if (!/^[a-z]\w*$/i.test(key) || TAKEN.has(key)) throw new Error(`keys of site/texts/${language}/${part}.json must be like twoWords, got ${key}`);
  if (message.trim() === "") throw new Error(`${key} in site/texts/${language}/${part}.json must be a text, got an empty one`);
  try {
    return parse(message, { captureLocation: false });
  } catch (error) {
    throw new Error(`${key} in site/texts/${language}/${part}.json must be an ICU message, got ${message}`, { cause: error });
  }
}

/** The values that a message takes, by name. */
function valuesOf(message: readonly MessageFormatElement[], found = new Map<string, Kind>()): ReadonlyMap<string, Kind> {
  const add = (name: string, kind: Kind) => {
    const before = found.get(name) ?? kind;
    if ((before === "tag") !== (kind === "tag")) throw new Error(`a tag must not be called like a value, got ${name}`);
    found.set(name, before === "string" ? kind : before);
  };
  for (const element of message) {
    if (element.type === TYPE.argument || element.type === TYPE.select) add(element.value, "string");
    else if (element.type === TYPE.number || element.type === TYPE.plural) add(element.value, "number");
    else if (element.type === TYPE.tag) add(element.value, "tag");
    else if (element.type === TYPE.date || element.type === TYPE.time) {
      throw new Error(`dates are formatted by site/src/formats.ts, whose text a message takes as {${element.value}}, got a format in the message`);
    }
    if ("options" in element) for (const { value } of Object.values(element.options)) valuesOf(value, found);
    if ("children" in element) valuesOf(element.children, found);
  }
  return found;
}

function typeOf(message: readonly MessageFormatElement[]): string {
  const values = [...valuesOf(message)].sort();
  if (values.length === 0) return "string";
  const isRich = values.some(([, kind]) => kind === "tag");
  const types = values.map(([name, kind]) => `readonly ${name}: ${kind === "tag" ? "(inside: string) => T" : kind}`);
  return `${isRich ? "<T>" : ""}(values: { ${types.join("; ")} }) => ${isRich ? "readonly (string | T)[]" : "string"}`;
}

function valueOf(message: readonly MessageFormatElement[]): string {
  const values = valuesOf(message);
  if (values.size === 0) return textOf(message);
  const isRich = [...values.values()].includes("tag");
  return `(v: any) => ${isRich ? `[${message.map((element) => partOf(element)).join(", ")}]` : textOf(message)}`;
}

/** Code of the text that a message, or a part of one, is. */
function textOf(message: readonly MessageFormatElement[], counted?: string): string {
  return message.map((element) => partOf(element, counted)).join(" + ") || '""';
}

function partOf(element: MessageFormatElement, counted = ""): string {
  const form = (forms: readonly [string, { readonly value: MessageFormatElement[] }][], of?: string) =>
    `{ ${forms.map(([name, { value }]) => `${JSON.stringify(name)}: ${textOf(value, of)}`).join(", ")} }`;
  switch (element.type) {
    case TYPE.literal:
      return JSON.stringify(element.value);
    case TYPE.argument:
      return `v.${element.value}`;
    case TYPE.number:
      return `number(v.${element.value})`;
    case TYPE.pound:
      return `number(v.${counted})`;
    case TYPE.plural:
      return `plural(v.${element.value}, ${form(Object.entries(element.options), element.value)})`;
    case TYPE.select: {
      const { other, ...named } = element.options;
      if (!other) throw new Error(`a select must have a form other, got ${Object.keys(named).join(", ")}`);
      const forms = `(${form(Object.entries(named), counted)} as any)[v.${element.value}]`;
      return `(${forms} ?? ${textOf(other.value, counted)})`;
    }
    case TYPE.tag:
      return `v.${element.value}(${textOf(element.children, counted)})`;
    default:
      throw new Error(`a message must be made of texts, values, plurals, selects and tags, got ${JSON.stringify(element)}`);
  }
}

/** The messages of a part in every language. */
export function messagesOf(part: string): Readonly<Record<string, Messages>> {
  const read = (language: string) => JSON.parse(readFileSync(resolve(SOURCES, language, `${part}.json`), "utf8")) as Messages;
  return Object.fromEntries(LANGUAGES.map((language) => [language, read(language)]));
}

/** Every file that texts are written in. */
export function textFiles(): readonly string[] {
  return LANGUAGES.flatMap((language) => readdirSync(resolve(SOURCES, language)).map((name) => resolve(SOURCES, language, name)));
}

/** Compile all parts; files that stay the same are not touched, so that nothing is built for them. */
export function writeTexts(): void {
  const parts = new Set(textFiles().map((file) => file.replace(/^.*[\\/]|\.json$/g, "")));
  const files = new Map([...parts].filter((part) => part !== STATIC).flatMap((part) => [...compiled(part, messagesOf(part))]));
  compare(STATIC, ["en", messagesOf(STATIC)["en"] ?? {}], ["de", messagesOf(STATIC)["de"] ?? {}]);
  mkdirSync(COMPILED, { recursive: true });
  const before = new Set(readdirSync(COMPILED));
  for (const name of before) if (!files.has(name)) rmSync(resolve(COMPILED, name));
  for (const [name, text] of files) {
    const file = resolve(COMPILED, name);
    if (!before.has(name) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
  }
}

if (process.argv[1] === import.meta.filename) writeTexts();
