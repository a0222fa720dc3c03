/**
 * Stands in for the mutations of the query library, a tenth of what a visitor loads: forms of this
 * site keep the state of what they send themselves. See `vite.config.ts`.
 */
export class MutationCache {
  clear(): void {}

  async resumePausedMutations(): Promise<void> {}
}
