// Reads a page's HTML from each line, as JSON, and answers what html-validate finds in it.

import { HtmlValidate } from "html-validate";
import { createInterface } from "node:readline";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // The DOM is written down by the browser, not as its author would.
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "no-trailing-whitespace": "off",
    // Safari's screen reader takes a list without bullets for none, unless it says that it is one.
    "no-redundant-role": "off",
    // A title has the whole name of a tariff or a campaign, however long its author made it.
    "long-title": "off",
  },
});

for await (const line of createInterface({ input: process.stdin })) {
  const { results } = await validator.validateString(JSON.parse(line));
  const found = results.flatMap(({ messages }) => messages.map(({ ruleId, message, line: at, selector }) => `${ruleId}: ${message} (line ${at}, ${selector})`));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
