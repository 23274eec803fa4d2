// A mutant: one planted bug, as an exact edit of one source file. The edit is made while the file is loaded; the file stays as it is.

export interface Mutant {
  /** The name in the catalogue, such as `M-6`. */
  readonly id: string;
  /** What it gets wrong, in a few words. */
  readonly title: string;
  /** The source file, from the root of the project. */
  readonly file: string;
  /** Text that is in the file exactly once, so that a mutant cannot rot unnoticed. */
  readonly anchor: string;
  readonly replacement: string;
  /** The judge that must catch it. */
  readonly judge: string;
  /** Seeds within which it must be caught. */
  readonly within: number;
}

/** @throws Error when the anchor is not in the source exactly once */
export function plant(mutant: Mutant, source: string): string {
  const parts = source.split(mutant.anchor);
  if (parts.length !== 2) {
    throw new Error(
      `${mutant.id}: its anchor is ${parts.length - 1} times in ${mutant.file}, and must be there once`,
    );
  }
  return parts.join(mutant.replacement);
}
