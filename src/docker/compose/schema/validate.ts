// Whether a compose file is right, and if not, the one complaint that docker shows: the most specific, which is the deepest; of equally deep
// ones a wrong type, else the first.

import { CommandFailure } from '../../failure.ts';
import { isMapping, isSequence, type Mapping, printValue, sortedEntries, type Value } from '../value.ts';
import { type Complaint, check } from './check.ts';
import { composeFile } from './compose.ts';
import type { TypeName } from './rule.ts';

const newestVersion = '3.13';

/** The version a file states, whatever it writes there; the newest when it states none, or `3`. */
export function statedVersion(file: Mapping): string {
  const version = file.get('version');
  return version === undefined ? newestVersion : fullVersion(printValue(version));
}

function fullVersion(version: string): string {
  return version === '' || version === '3' ? newestVersion : version;
}

/** @throws CommandFailure */
export function validate(file: Mapping, version: string): void {
  const [, minor] = /^3\.([0-9]|1[0-3])$/.exec(version) ?? [];
  if (minor === undefined) throw new CommandFailure(`unsupported Compose file version: ${version}`);
  refuseWhatIsNoJson(file);
  const complaints = check(composeFile, file, Number(minor));
  if (complaints.length > 0) throw new CommandFailure(describe(complaints));
}

function describe(complaints: readonly Complaint[]): string {
  let chosen = 0;
  for (const [index, complaint] of complaints.entries()) {
    const best = complaints[chosen];
    if (best === undefined || depth(complaint) > depth(best)) chosen = index;
    else if (depth(complaint) === depth(best) && complaint.kind === 'type' && best.kind !== 'type')
      chosen = index;
  }
  const complaint = complaints[chosen];
  if (complaint === undefined) return '';
  const place = complaint.path.length === 0 ? '(root)' : complaint.path.join('.');
  if (complaint.kind === 'type') return `${place} must be a ${readableTypes(complaint.expected ?? [])}`;
  const reason = complaint.kind === 'one of' ? complaints[chosen + 1] : undefined;
  return `${place} ${(reason ?? complaint).text}`;
}

/** Names with dots in them count as several. */
function depth({ path }: Complaint): number {
  return path.length === 0 ? 1 : path.join('.').split('.').length;
}

function readableTypes(types: readonly TypeName[]): string {
  const names = types.map((type) => (type === 'object' ? 'mapping' : type === 'array' ? 'list' : type));
  const last = names.at(-1) ?? '';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

/** The schema is checked on JSON, which has no infinity, and no keys but texts. */
function refuseWhatIsNoJson(value: Value): void {
  if (isSequence(value)) {
    for (const item of value) refuseWhatIsNoJson(item);
  } else if (isMapping(value)) {
    for (const [, item] of sortedEntries(value)) refuseWhatIsNoJson(item);
  } else if (value !== null && typeof value === 'object') {
    if (value.kind === 'odd mapping') {
      throw new CommandFailure('json: unsupported type: map[interface {}]interface {}');
    }
    if (value.kind === 'float' && !Number.isFinite(value.value)) {
      throw new CommandFailure(`json: unsupported value: ${printValue(value)}`);
    }
  }
}
