// How often something is asked for that changes by itself.

const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;
const FACTOR = 1.2;

/** As much of a query as says how often it was asked. */
interface Asked {
  readonly dataUpdateCount: number;
  readonly errorUpdateCount: number;
}

/** In how many milliseconds to ask again, less and less often, or at once seldom where news are told; false when nothing will change. */
export function askAgainIn(mayChange: boolean, { dataUpdateCount, errorUpdateCount }: Asked, isTold = false): number | false {
  return mayChange && (isTold ? LONGEST_MS : Math.min(FIRST_MS * FACTOR ** (dataUpdateCount + errorUpdateCount), LONGEST_MS));
}
