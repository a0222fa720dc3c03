import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const SOURCES = resolve(import.meta.dirname, "../src");
/** Attributes that only programs read. */
const NOT_SHOWN =
  /^(class|id|key|name|type|role|href|src|rel|target|for|lang|list|size|icon|d|viewBox|autocomplete|autocapitalize|inputMode|accept|scope|text-anchor|[xy][12]?|shape-rendering|aria-(live|hidden|labelledby|describedby|controls|atomic))$/;
/** Two words with a space between, or one that begins as a sentence does. */
const WORDS = /\p{L}{2,}[,:;]? \p{L}|^\p{Lu}\p{Ll}+[.…!?]?$/u;
const AROUND_A_VALUE = /\p{L}{3,} $|^ \p{L}{3,}/u;
/** Calls and errors whose texts are for programs and developers. */
const PROGRAMS = /^console\.|\.(querySelector|querySelectorAll|closest|matches|set|get|test|includes)$|^(?!Account).*Error$|^Unreachable$|^SessionExpired$/;
const TOLD_TO_NOBODY = new Set([
  "Blockwork Energy", "English", "Deutsch", // names, the same in every language
  "an http or https", "a ws or wss", "is not JSON", "could not be fetched", // of /config.json, for who runs the stage
  "tariff to change", "signed out", // names of a query and of a message between tabs
  "[tabindex], form, section, article, main", "application/json, application/problem+json", "Escape", "Enter",
]);

/** What a source says to people by itself, each with its line. */
function said(name: string, text: string): readonly string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (isShown(node) && !TOLD_TO_NOBODY.has(node.text.trim())) {
      found.push(`${name}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1} ${node.text.trim()}`);
    }
    ts.forEachChild(node, (child) => {
      if (!isForPrograms(node, child)) look(child);
    });
  };
  look(source);
  return found;
}

function isShown(node: ts.Node): node is ts.LiteralLikeNode {
  if (ts.isJsxText(node)) return /\p{L}/u.test(node.text);
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) return AROUND_A_VALUE.test(node.text) || WORDS.test(node.text);
  return ts.isStringLiteralLike(node) && ((ts.isJsxAttribute(node.parent) && /\p{L}/u.test(node.text)) || WORDS.test(node.text));
}

function isForPrograms(node: ts.Node, child: ts.Node): boolean {
  if (ts.isTypeNode(node)) return true;
  if (ts.isJsxAttribute(node)) return NOT_SHOWN.test(node.name.getText());
  const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
  return isCall && child !== node.expression && PROGRAMS.test(node.expression.getText());
}

test("texts of a page are found where they can stand, and nothing else", () => {
  assert.deepEqual(said("a.tsx", '<p class="big text">Sign in</p>'), ["a.tsx:1 Sign in"]);
  assert.deepEqual(said("a.tsx", '<Field label="name" hint={`Up to ${n} letters`} />'), ["a.tsx:1 name", "a.tsx:1 Up to", "a.tsx:1 letters"]);
  assert.deepEqual(said("a.ts", '\nconst TITLES = { name: "The name" };\nnotify("Saved.");'), ["a.ts:2 The name", "a.ts:3 Saved."]);
  assert.deepEqual(said("a.ts", 'throw new AccountError("Try another password.");'), ["a.ts:1 Try another password."]);
  assert.deepEqual(said("a.tsx", 'if (kind === "form") throw new TypeError("no such form"); <p id="form">{t.form}</p>'), []);
});

test("no text stands in a source of the page", () => {
  const names = globSync("**/*.{ts,tsx}", { cwd: SOURCES }).filter((name) => !/^(\.texts|api\/\.contract)\//.test(name));

  assert.ok(names.length > 60);
  assert.deepEqual(names.flatMap((name) => said(name, readFileSync(resolve(SOURCES, name), "utf8"))), []);
});
