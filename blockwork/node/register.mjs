// Lets sources that are not bundled import the runtime kit: `node --import register.mjs --test`.
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith("#blockwork/")
      ? next(new URL(specifier.slice("#blockwork/".length), import.meta.url).href, context)
      : next(specifier, context),
});
