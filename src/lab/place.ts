// Finds the place in a script that an error points at.

/** `line:column` of the innermost frame of `stack` that lies in the file at `path`; undefined if none does. */
export function placeIn(path: string, stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n') ?? []) {
    const at = line.indexOf(path);
    if (at < 0) continue;
    const [, place] = /^(?:\?[^:]*)?:(\d+:\d+)/.exec(line.slice(at + path.length)) ?? [];
    if (place !== undefined) return place;
  }
  return undefined;
}
