// Line icons on a 24 × 24 grid. They decorate; the words beside them carry the meaning.

const PATHS = {
  kWh: "M13 3 5 13.5h6L10 21l9-11.5h-6z",
  day: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  month: "M5 5h14a1.5 1.5 0 0 1 1.5 1.5V19a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 19V6.5A1.5 1.5 0 0 1 5 5M3.5 10h17M8 3v4M16 3v4",
  add: "M12 5v14M5 12h14",
  back: "M19 12H5M11 6l-6 6 6 6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20",
  close: "M6 6l12 12M18 6 6 18",
  done: "M5 12.5 10 17.5 19.5 7",
  alert: "M12 8v5M12 16.5v.1M12 3.5 2.5 20h19z",
  offline: "M3 9.5a13 13 0 0 1 18 0M6.5 13a8 8 0 0 1 11 0M10 16.5a3 3 0 0 1 4 0M4 20 20 4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return <Drawn path={PATHS[name]} />;
}

export function Drawn({ path }: { readonly path: string }) {
  return <svg viewBox="0 0 24 24" class="icon" aria-hidden="true"><path d={path} /></svg>;
}

/** The icon of a tariff's unit; a unit that is new to this site has the one of energy. */
export function unitIcon(unit: string): IconName {
  return unit === "day" || unit === "month" ? unit : "kWh";
}
