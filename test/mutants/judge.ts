// A judge runs the sources it was loaded with on seeds 1, 2, 3 ... and stops at the first that shows a bug. A seed decides a run entirely.

/** Everything a judge says of the sources. */
export interface Verdict {
  /** Seeds that were run, the catching one included. */
  readonly seeds: number;
  /** What caught the bug, in a sentence; undefined when nothing did. */
  readonly caughtBy: string | undefined;
}

/** Runs up to that many seeds. */
export type Judge = (seeds: number) => Verdict;

/** A judge of runs: `run` throws when what must hold does not. */
export function judgeOf(run: (seed: number) => void): Judge {
  return (seeds) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      try {
        run(seed);
      } catch (error) {
        return { seeds: seed, caughtBy: sentenceOf(error) };
      }
    }
    return { seeds, caughtBy: undefined };
  };
}

/** @throws what is no finding but a mutant, or a judge, that cannot even run */
function sentenceOf(error: unknown): string {
  let found = error;
  while (found instanceof Error && found.cause !== undefined) found = found.cause;
  if (!(found instanceof Error)) throw error;
  if (found instanceof ReferenceError || found instanceof SyntaxError || found instanceof TypeError)
    throw error;
  return 'invariant' in found ? String(found.invariant) : found.message;
}

/** Throws unless `condition` holds. */
export function hold(condition: boolean, broken: string): void {
  if (!condition) throw new Error(broken);
}
