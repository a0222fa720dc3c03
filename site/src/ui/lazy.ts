import { useEffect, useState } from "preact/hooks";

/** Code of a part that not everybody sees: undefined until it has come, and for who does not need it. */
export function useLazy<T>(load: (() => Promise<T>) | false): T | undefined {
  const [loaded, setLoaded] = useState<T>();
  const isNeeded = load !== false;
  useEffect(() => {
    if (load) load().then(setLoaded, console.error);
  }, [isNeeded]);
  return isNeeded ? loaded : undefined;
}
