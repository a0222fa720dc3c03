import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const SOURCES = resolve(import.meta.dirname, "../src");
const IMPORTS = /\bfrom\s+"(\.[^"]+)"|\bimport\(?\s*"(\.[^"]+)"/g;

/** The first way that leads from a module back to itself, if there is one. */
function circle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  function follow(module: string, way: readonly string[]): readonly string[] | undefined {
    if (way.includes(module)) return [...way.slice(way.indexOf(module)), module];
    if (done.has(module)) return undefined;
    for (const next of imports.get(module) ?? []) {
      const found = follow(next, [...way, module]);
      if (found) return found;
    }
    done.add(module);
    return undefined;
  }
  for (const module of imports.keys()) {
    const found = follow(module, []);
    if (found) return found;
  }
  return undefined;
}

test("a circle is found, however long", () => {
  const imports = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);

  assert.deepEqual(circle(imports), ["b", "c", "b"]);
});

test("no module leads back to itself, not even by what is loaded later", () => {
  const imports = new Map(
    globSync(["**/*.{ts,tsx}", ".texts/*.ts"], { cwd: SOURCES }).map((name) => {
      const file = join(SOURCES, name);
      const found = readFileSync(file, "utf8").matchAll(IMPORTS);
      const targets = [...found].map((match) => resolve(dirname(file), match[1] ?? match[2] ?? ""));
      return [name, targets.map((target) => relative(SOURCES, target))] as const;
    }),
  );

  assert.ok(imports.size > 30);
  assert.ok([...imports.values()].flat().every((target) => /^(?!\.\.\/).*\.(ts|tsx|css|svg)$/.test(target)));
  assert.equal(circle(imports), undefined);
});
