// Writes the types of what the services take and answer, from their OpenAPI documents.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const SERVICES = ["campaigns", "catalog", "forecast", "identity", "readings", "support", "vouchers"];
const DOCUMENTS = resolve(import.meta.dirname, "../docs/openapi");
const CONTRACT = resolve(import.meta.dirname, "../site/src/api/.contract");

mkdirSync(CONTRACT, { recursive: true });
for (const service of SERVICES) {
  const document = JSON.parse(readFileSync(resolve(DOCUMENTS, `${service}.json`), "utf8"));
  const types = astToString(await openapiTS(document, { alphabetize: true }));
  writeFileSync(resolve(CONTRACT, `${service}.ts`), types);
}
