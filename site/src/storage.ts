// The browser's storage, where it lets one have it; else a memory that lasts as long as the page.

export type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Of the device: all tabs see it, `storage` events included. */
export function deviceStorage(): Kept {
  return orMemory(() => window.localStorage);
}

/** Of the tab: survives a reload. */
export function tabStorage(): Kept {
  return orMemory(() => window.sessionStorage);
}

/** Blocked storage throws when it is named, full or withdrawn storage when it is used: neither stops the site. */
export function orMemory(open: () => Storage): Kept {
  const memory = new Map<string, string | null>();
  const stored = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(open());
    } catch {
      return otherwise;
    }
  };
  const keep = (name: string, value: string | null, use: (storage: Storage) => void) => {
    const isStored = stored((storage) => (use(storage), true), false);
    if (isStored) memory.delete(name);
    else memory.set(name, value);
  };
  return {
    // What could not be stored counts before what was stored earlier.
    getItem: (name) => (memory.has(name) ? (memory.get(name) ?? null) : stored((storage) => storage.getItem(name), null)),
    setItem: (name, value) => keep(name, value, (storage) => storage.setItem(name, value)),
    removeItem: (name) => keep(name, null, (storage) => storage.removeItem(name)),
  };
}
