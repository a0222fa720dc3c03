import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { messagesOf, textFiles, writeTexts } from "../tools/texts.ts";

const CONTRACTS = resolve(import.meta.dirname, "../docs/openapi");
/** Serves the APIs' contracts beside the site, as `/openapi/catalog.json`. */
const contracts: Plugin = {
  name: "contracts",
  generateBundle() {
    for (const name of readdirSync(CONTRACTS)) {
      this.emitFile({ type: "asset", fileName: `openapi/${name}`, source: readFileSync(resolve(CONTRACTS, name)) });
    }
  },
};

/** A twentieth of what every visitor loads would be Vite's own helper. */
const preload: Plugin = {
  name: "preload",
  enforce: "pre",
  resolveId: (id) => (id.includes("vite/preload-helper") ? resolve(import.meta.dirname, "src/preload.ts") : undefined),
};

/** Compiles the texts, and puts those of index.html there, such as `%noScript.de%`. */
const texts: Plugin = {
  name: "texts",
  buildStart() {
    writeTexts();
    for (const file of textFiles()) this.addWatchFile(file);
  },
  transformIndexHtml: {
    order: "pre",
    handler(html) {
      const messages = messagesOf("page");
      return html.replace(/%(\w+)\.(\w+)%/g, (place, key, language) => {
        const text = messages[language]?.[key];
        if (!text) throw new Error(`index.html must name texts of site/texts/<language>/page.json, got ${place}`);
        return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
      });
    },
  },
};

export default defineConfig({
  plugins: [contracts, preload, texts],
  // The query library's client brings its mutations along, which nothing here uses.
  resolve: { alias: [{ find: /^\.\/mutationCache\.js$/, replacement: resolve(import.meta.dirname, "src/no-mutations.ts") }] },
  build: {
    target: "es2023",
    modulePreload: {
      // Every browser this targets preloads modules itself.
      polyfill: false,
      // A list of what each later file needs would be a twentieth of what every visitor loads.
      resolveDependencies: (_, files, { hostType }) => (hostType === "html" ? files : []),
    },
    // The policy the page is served with wants files, not data inside them.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // Every visitor loads the names of all later files: they say no more than they must.
        chunkFileNames: "assets/[hash].js",
        // What every visitor needs comes in one file: it packs tighter than several, and later files share it.
        codeSplitting: { groups: [{ name: "visitor", tags: ["$initial"] }] },
      },
    },
  },
});
