// Reads handlers in Node.js, as `reader.py` reads those in Python: question in, answer out.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const here = pathToFileURL(`${process.cwd()}/`).href;
// AWS's SDK is Lambda's own and in no bundle: it is taken from where the app is.
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (/^(\.|\/|node:|file:)/.test(specifier)) throw error;
      return next(specifier, { ...context, parentURL: here });
    }
  },
});

let question = "";
for await (const chunk of process.stdin) question += chunk;
const answer = {};
console.log = console.error; // what a module prints is no answer
for (const [api, routes] of Object.entries(JSON.parse(question))) {
  answer[api] = { routes: {}, schemas: {} };
  for (const [key, asked] of Object.entries(routes)) {
    answer[api].routes[key] = await said(key, asked, answer[api].schemas);
  }
}
process.stdout.write(JSON.stringify(answer));

async function said(key, { folder, handler, environment }, schemas) {
  const [module, name] = handler.split(/\.(?=[^.]*$)/);
  Object.assign(process.env, { AWS_REGION: "us-east-1" }, environment);
  try {
    const found = (await imported(`${folder}/${module}`))[name];
    const says = found?.routes?.[key]?.says;
    if (says === undefined) return { types: {}, unread: "its route is not made by `described`" };
    return described(says, schemas);
  } catch (error) {
    return { types: {}, unread: String(error) };
  }
}

async function imported(module) {
  let last;
  for (const ending of [".mjs", ".js", ".cjs"]) {
    try {
      return await import(pathToFileURL(module + ending).href);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes(module)) throw error;
      last = error;
    }
  }
  throw last;
}

function described({ name, summary, text = "", body, query = {}, answer, problems = {} }, schemas) {
  const types = {};
  for (const [role, schema] of Object.entries({ body, answer })) {
    if (schema === undefined) continue;
    schemas[schema.title] = schema;
    types[role] = { $ref: `#/components/schemas/${schema.title}` };
  }
  return {
    name,
    summary,
    text,
    answers: { 200: [] },
    problems: {
      ...problems,
      ...(Object.keys(query).length > 0 && { 400: [] }),
      ...(body && { 400: [], 413: [], 422: [] }),
    },
    path: {},
    query,
    headers: {},
    required: [],
    permissions: [],
    types,
  };
}
