// `--mount`: `type=volume,source=data,target=/data,volume-opt=o=p`.

import type { BindOptions, Mount, StringMap, TmpfsOptions } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseBytes } from '../../model/size.ts';
import { parseBool } from '../flag.ts';
import { sortedMap } from '../maps.ts';
import { absolutePath } from '../path.ts';
import { readRecord } from '../record.ts';
import { readDigits } from './numbers.ts';

const modeLimit = 2 ** 32;
/** Keys that stand for true on their own. */
const switches: readonly string[] = ['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive'];

/** What was read so far. The options of a type of mount are there from the first of them on. */
interface Draft {
  type: string;
  source: string;
  target: string;
  readOnly: boolean;
  consistency: string;
  volume?: VolumeDraft;
  image?: { subpath: string };
  bind?: BindDraft;
  tmpfs?: { size: number; mode: number };
}

interface VolumeDraft {
  noCopy: boolean;
  subpath: string;
  driver: string;
  readonly labels: Map<string, string>;
  readonly options: Map<string, string>;
}

interface BindDraft {
  propagation: string;
  nonRecursive: boolean;
  readOnlyNonRecursive: boolean;
  readOnlyForceRecursive: boolean;
}

/** @param cwd where a source that begins with a dot starts @throws ParseFailure in docker's words */
export function parseMount(text: string, cwd: string): Mount {
  const draft: Draft = { type: 'volume', source: '', target: '', readOnly: false, consistency: '' };
  for (const field of readRecord(text)) readField(draft, field, cwd);
  check(draft);
  return finish(draft);
}

function readField(draft: Draft, field: string, cwd: string): void {
  const at = field.indexOf('=');
  const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
  if (at < 0 && !switches.includes(key)) {
    throw new ParseFailure(`invalid field '${field}' must be a key=value pair`);
  }
  const value = at < 0 ? 'true' : field.slice(at + 1);
  switch (key) {
    case 'type':
      draft.type = value.toLowerCase();
      return;
    case 'source':
    case 'src':
      draft.source = value.startsWith('.') ? absolutePath(value, cwd) : value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      draft.target = value;
      return;
    case 'readonly':
    case 'ro':
      draft.readOnly = readBool(key, value);
      return;
    case 'consistency':
      draft.consistency = value.toLowerCase();
      return;
    case 'image-subpath':
      draft.image = { subpath: value };
      return;
    case 'tmpfs-size':
      tmpfsOf(draft).size = readSize(value);
      return;
    case 'tmpfs-mode':
      tmpfsOf(draft).mode = readMode(value);
      return;
    default:
      if (!readBindField(draft, key, value) && !readVolumeField(draft, key, value)) {
        throw new ParseFailure(`unexpected key '${key}' in '${field}'`);
      }
  }
}

function readBindField(draft: Draft, key: string, value: string): boolean {
  switch (key) {
    case 'bind-propagation':
      bindOf(draft).propagation = value.toLowerCase();
      return true;
    case 'bind-nonrecursive':
      bindOf(draft).nonRecursive = readBool(key, value);
      return true;
    case 'bind-recursive':
      if (value === 'disabled') bindOf(draft).nonRecursive = true;
      else if (value === 'writable') bindOf(draft).readOnlyNonRecursive = true;
      else if (value === 'readonly') bindOf(draft).readOnlyForceRecursive = true;
      else if (value !== 'enabled') {
        throw invalid(key, `${value} (must be "enabled", "disabled", "writable", or "readonly")`);
      }
      return true;
    default:
      return false;
  }
}

function readVolumeField(draft: Draft, key: string, value: string): boolean {
  switch (key) {
    case 'volume-subpath':
      volumeOf(draft).subpath = value;
      return true;
    case 'volume-nocopy':
      volumeOf(draft).noCopy = readBool(key, value);
      return true;
    case 'volume-driver':
      volumeOf(draft).driver = value;
      return true;
    case 'volume-label':
      setPair(volumeOf(draft).labels, value);
      return true;
    case 'volume-opt':
      setPair(volumeOf(draft).options, value);
      return true;
    default:
      return false;
  }
}

function check({ type, target, readOnly, volume, image, bind, tmpfs }: Draft): void {
  if (type === '') throw new ParseFailure('type is required');
  if (target === '') throw new ParseFailure('target is required');
  const families: readonly (readonly [family: string, options: unknown])[] = [
    ['volume', volume],
    ['image', image],
    ['bind', bind],
    ['tmpfs', tmpfs],
  ];
  for (const [family, options] of families) {
    if (options !== undefined && type !== family) {
      throw new ParseFailure(`cannot mix '${family}-*' options with mount type '${type}'`);
    }
  }
  const requires = (option: string, other: string): ParseFailure =>
    new ParseFailure(`option 'bind-recursive=${option}' requires '${other}' to be specified in conjunction`);
  if (bind?.readOnlyNonRecursive && !readOnly) throw requires('writable', 'readonly');
  if (bind?.readOnlyForceRecursive && !readOnly) throw requires('readonly', 'readonly');
  if (bind?.readOnlyForceRecursive && bind.propagation !== 'rprivate') {
    throw requires('readonly', 'bind-propagation=rprivate');
  }
}

function finish({ type, source, target, readOnly, consistency, volume, image, bind, tmpfs }: Draft): Mount {
  return {
    Type: type,
    Source: source || undefined,
    Target: target,
    ReadOnly: readOnly || undefined,
    Consistency: consistency || undefined,
    BindOptions: bind && bindOptions(bind),
    VolumeOptions: volume && {
      NoCopy: volume.noCopy || undefined,
      Labels: mapOrNothing(volume.labels),
      Subpath: volume.subpath || undefined,
      DriverConfig: { Name: volume.driver || undefined, Options: mapOrNothing(volume.options) },
    },
    ImageOptions: image && { Subpath: image.subpath || undefined },
    TmpfsOptions: tmpfs && tmpfsOptions(tmpfs),
  };
}

function bindOptions(bind: BindDraft): BindOptions {
  return {
    Propagation: bind.propagation || undefined,
    NonRecursive: bind.nonRecursive || undefined,
    ReadOnlyNonRecursive: bind.readOnlyNonRecursive || undefined,
    ReadOnlyForceRecursive: bind.readOnlyForceRecursive || undefined,
  };
}

function tmpfsOptions({ size, mode }: { readonly size: number; readonly mode: number }): TmpfsOptions {
  return { SizeBytes: size || undefined, Mode: mode || undefined };
}

function volumeOf(draft: Draft): VolumeDraft {
  draft.volume ??= { noCopy: false, subpath: '', driver: '', labels: new Map(), options: new Map() };
  return draft.volume;
}

function bindOf(draft: Draft): BindDraft {
  draft.bind ??= {
    propagation: '',
    nonRecursive: false,
    readOnlyNonRecursive: false,
    readOnlyForceRecursive: false,
  };
  return draft.bind;
}

function tmpfsOf(draft: Draft): NonNullable<Draft['tmpfs']> {
  draft.tmpfs ??= { size: 0, mode: 0 };
  return draft.tmpfs;
}

function mapOrNothing(map: ReadonlyMap<string, string>): StringMap | undefined {
  return map.size === 0 ? undefined : sortedMap(map);
}

function setPair(map: Map<string, string>, text: string): void {
  const [key = '', ...rest] = text.split('=');
  if (key !== '') map.set(key, rest.join('='));
}

function readBool(key: string, text: string): boolean {
  const value = parseBool(text);
  if (value === undefined) throw invalid(key, text);
  return value;
}

function readSize(text: string): number {
  try {
    return parseBytes(text);
  } catch (error) {
    if (error instanceof ParseFailure) throw invalid('tmpfs-size', text);
    throw error;
  }
}

function readMode(text: string): number {
  const mode = readDigits(text, 8, modeLimit);
  if (typeof mode === 'string') throw invalid('tmpfs-mode', text);
  return mode;
}

function invalid(key: string, value: string): ParseFailure {
  return new ParseFailure(`invalid value for ${key}: ${value}`);
}
