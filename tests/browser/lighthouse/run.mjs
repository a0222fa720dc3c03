// Scores pages: for each line of the input, as JSON {url, categories}, a line with scores and audits that failed.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { createInterface } from "node:readline";

const { CHROME_PATH, CHROME_FLAGS, PATIENCE_MS } = process.env;
const chrome = await launch({ chromePath: CHROME_PATH, chromeFlags: CHROME_FLAGS.split(" "), logLevel: "error", connectionPollInterval: 100, maxConnectionRetries: Number(PATIENCE_MS) / 100 });
const [maxWaitForFcp, maxWaitForLoad] = [Number(PATIENCE_MS), Number(PATIENCE_MS)];
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { url, categories } = JSON.parse(line);
    const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: categories, maxWaitForFcp, maxWaitForLoad, disableFullPageScreenshot: true, logLevel: "error" });
    const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, score]));
    const counted = new Set(Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id)));
    const failed = Object.values(lhr.audits)
      .filter(({ id, score }) => counted.has(id) && score !== null && score < 1)
      .map(({ id, title, displayValue, errorMessage }) => [id, title, displayValue, errorMessage].filter(Boolean).join(": "));
    if (lhr.runtimeError) failed.push(lhr.runtimeError.message);
    console.log(JSON.stringify({ scores, failed }));
  }
} finally {
  chrome.kill();
}
