// Loads the styles of a module with the module: what Vite calls for each that is loaded later, in place of its
// own helper, which does much more for browsers that this site is not built for.

const styles = new Map<string, Promise<unknown>>();

/** Called by what the build makes of `import()`, with the files of styles that the module has. */
export async function __vitePreload<M>(load: () => Promise<M>, files: readonly string[] = []): Promise<M> {
  const [module] = await Promise.all([load(), ...files.map((file) => styles.get(file) ?? style(file))]);
  return module;
}

function style(file: string): Promise<unknown> | undefined {
  // The page brings the styles that everything has.
  if (document.querySelector(`[href="/${file}"]`)) return undefined;
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
