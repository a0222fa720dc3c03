import assert from "node:assert/strict";
import { test } from "node:test";
import { passwordProblem, RULES } from "../src/password.ts";

test("a password that the user pool takes is taken", () => {
  for (const password of ["Correct-horse1", "Aa1 bcdefghij", "Zürich-2026-ab", "aB3$aB3$aB3$"]) {
    assert.equal(passwordProblem(password), undefined, password);
  }
});

test("every other password is refused with what it lacks", () => {
  const problems: Record<string, string> = {
    "": "Choose a password.",
    "Short-1": "This password still needs 12 characters or more.",
    "correct-horse-1": "This password still needs an upper-case letter.",
    "CORRECT-HORSE-1": "This password still needs a lower-case letter.",
    "Correct-horse-a": "This password still needs a digit.",
    "Correcthorse11": "This password still needs a symbol, such as ! or -.",
    " Correcthorse1 ": "This password still needs a symbol, such as ! or -.",
    "correcthorse": "This password still needs an upper-case letter, a digit and a symbol, such as ! or -.",
  };
  for (const [password, expected] of Object.entries(problems)) assert.equal(passwordProblem(password), expected);
});

test("each rule is met by what it says alone", () => {
  const met = (password: string) => RULES.filter(({ isMet }) => isMet(password)).length;
  assert.deepEqual(["", "a", "A", "1", "!", "ééééééééééééé"].map(met), [0, 1, 1, 1, 1, 1]);
});
