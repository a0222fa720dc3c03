import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2023",
    // Every browser this targets preloads modules itself.
    modulePreload: { polyfill: false },
    // The policy the page is served with wants files, not data inside them.
    assetsInlineLimit: 0,
  },
});
