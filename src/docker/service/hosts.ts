// Lines of a hosts file, `ip name alias...`, as `--host-add` and `--host-rm` change them.

/**
 * Names are removed from the lines they are in, from those of one address alone if it is given (`name:ip`); a line without names goes. New
 * lines come last, and no line comes twice.
 */
export function updateHosts(
  current: readonly string[],
  added: readonly string[],
  removed: readonly string[],
): readonly string[] {
  const kept = current.flatMap((line) => {
    const [ip = '', ...names] = line.split(/\s+/).filter((word) => word !== '');
    const left = names.filter((name) => !removed.some((entry) => isMeant(entry, name, ip)));
    return left.length === 0 ? [] : [[ip, ...left].join(' ')];
  });
  return [...new Set([...kept, ...added])];
}

function isMeant(entry: string, name: string, ip: string): boolean {
  const at = entry.indexOf(':');
  const host = at < 0 ? entry : entry.slice(0, at);
  const address = at < 0 ? '' : entry.slice(at + 1);
  return host === name && (address === '' || address === ip);
}
