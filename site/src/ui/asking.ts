// How often something is asked for whose news nobody tells.

const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;
const FACTOR = 1.2;

/** As much of a query as says how often it was asked. */
interface Asked {
  readonly dataUpdateCount: number;
  readonly errorUpdateCount: number;
}

/** In how many milliseconds to ask again, less and less often; false when nothing will change. */
export function askAgainIn(mayChange: boolean, { dataUpdateCount, errorUpdateCount }: Asked): number | false {
  return mayChange && Math.min(FIRST_MS * FACTOR ** (dataUpdateCount + errorUpdateCount), LONGEST_MS);
}
