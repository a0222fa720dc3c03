// Loads the styles of a module before the module: what Vite calls for each that is loaded later, in place of its
// own helper, which does much more for browsers that this site is not built for.

const styles = new Map<string, Promise<unknown>>();

/** Called by what the build makes of `import()`, with the files of styles that the module has. */
export async function __vitePreload<M>(load: () => Promise<M>, files: readonly string[] = []): Promise<M> {
  await Promise.all(files.map((file) => styles.get(file) ?? style(file)));
  return load();
}

function style(file: string): Promise<unknown> {
  const loaded = new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `/${file}`, onload: resolve });
    link.onerror = () => {
      // The next attempt asks again.
      styles.delete(file);
      link.remove();
      reject(new Error(`/${file} did not load`));
    };
    document.head.append(link);
  });
  styles.set(file, loaded);
  return loaded;
}
