// Volumes in one text, `[SOURCE:]TARGET[:OPTIONS]`, to their long form.

import type { Mapping, Value } from './value.ts';

export type Mount = { readonly value: Mapping } | { readonly problem: string };

const propagations: ReadonlySet<string> = new Set([
  'rprivate',
  'private',
  'rshared',
  'shared',
  'rslave',
  'slave',
]);

export function readMount(spec: string): Mount {
  if (spec === '') return { problem: 'invalid empty volume spec' };
  // Too short for anything else.
  if (new TextEncoder().encode(spec).length <= 2) {
    return { value: new Map([...Object.entries({ type: 'volume', target: spec })]) };
  }
  const sections = splitSections(spec);
  const mount = new Map<string, Value>([['type', 'volume']]);
  for (const [index, section] of sections.entries()) {
    const last = index === sections.length - 1;
    if (section === '') return { problem: `invalid spec: ${spec}: empty section between colons` };
    if (!mount.has('source') && last) mount.set('target', section);
    else if (!mount.has('source')) mount.set('source', section);
    else if (!mount.has('target')) mount.set('target', section);
    else if (!last) return { problem: `invalid spec: ${spec}: too many colons` };
    else readOptions(section, mount);
  }
  if (isPath(String(mount.get('source') ?? ''))) mount.set('type', 'bind');
  return { value: mount };
}

/** A colon after a single letter belongs to a drive of Windows. */
function splitSections(spec: string): readonly string[] {
  const sections: string[] = [];
  let section = '';
  for (const rune of spec) {
    if (rune !== ':' || /^\p{L}$/u.test(section)) {
      section += rune;
    } else {
      sections.push(section);
      section = '';
    }
  }
  return [...sections, section];
}

function readOptions(section: string, mount: Map<string, Value>): void {
  for (const option of section.split(',')) {
    if (option === 'ro' || option === 'rw') mount.set('read_only', option === 'ro');
    else if (option === 'nocopy') mount.set('volume', new Map([['nocopy', true]]));
    else if (propagations.has(option)) mount.set('bind', new Map([['propagation', option]]));
    // Others are ignored.
  }
}

function isPath(source: string): boolean {
  return /^(?:[./~]|\\\\|\p{L}:)/u.test(source);
}
