// `--secret` and `--config`: files that a service's containers see.

import type { Config, ConfigReference, Secret, SecretReference } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ParseFailure } from '../../model/failure.ts';
import { type Client, fetchJson } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters } from '../filters.ts';
import { readInteger } from '../flag.ts';
import { readRecord } from '../record.ts';

type Kind = 'secret' | 'config';

/** A file that is asked for by the name of a secret or config. */
export interface FileRequest {
  readonly name: string;
  readonly target: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: number;
}

/** A config that no file is made of: the runtime reads it, as a credential spec. */
export interface RuntimeRequest {
  readonly name: string;
}

/** Readable by all, writable by none: 0444. */
const defaultMode = 0o444;

/** A name, or `source=s,target=t,uid=0,gid=0,mode=0440`. @throws ParseFailure in docker's words */
export function parseFileRequest(kind: Kind, text: string): FileRequest {
  const fields = readRecord(text);
  const [only = ''] = fields;
  let request: FileRequest = { name: '', target: '', uid: '0', gid: '0', mode: defaultMode };
  if (fields.length === 1 && !only.includes('=')) return { ...request, name: only, target: only };
  for (const field of fields) request = { ...request, ...readField(kind, field) };
  if (request.name === '') throw new ParseFailure('source is required');
  return { ...request, target: request.target || request.name };
}

function readField(kind: Kind, field: string): Partial<FileRequest> {
  const at = field.indexOf('=');
  if (at < 1) throw new ParseFailure(`invalid field '${field}' must be a key=value pair`);
  const value = field.slice(at + 1);
  switch (field.slice(0, at).toLowerCase()) {
    case 'source':
    case 'src':
      return { name: value };
    case 'target':
      return { target: value };
    case 'uid':
      return { uid: value };
    case 'gid':
      return { gid: value };
    case 'mode':
      return { mode: readMode(value) };
    default:
      throw new ParseFailure(`invalid field in ${kind} request: ${field.slice(0, at)}`);
  }
}

function readMode(text: string): number {
  try {
    return readInteger(text, 'ParseUint', 0n, 2n ** 32n);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new ParseFailure(`invalid mode specified: ${error.message}`);
  }
}

/** Asks the engine for the secrets' identifiers. @throws CommandFailure for names that are not there and targets that are there twice */
export function* resolveSecrets(client: Client, requests: readonly FileRequest[]): Fiber<SecretReference[]> {
  const ids = yield* lookUp<Secret>(client, 'secret', requests, requests);
  return requests.map((request) => ({
    File: fileTarget(request),
    SecretID: ids(request.name),
    SecretName: request.name,
  }));
}

/** The same for configs. */
export function* resolveConfigs(
  client: Client,
  requests: readonly (FileRequest | RuntimeRequest)[],
): Fiber<ConfigReference[]> {
  const files = requests.filter(isFile);
  const ids = yield* lookUp<Config>(client, 'config', requests, files);
  return requests.map((request) => ({
    ...(isFile(request) ? { File: fileTarget(request) } : { Runtime: {} }),
    ConfigID: ids(request.name),
    ConfigName: request.name,
  }));
}

function* lookUp<T extends Secret | Config>(
  client: Client,
  kind: Kind,
  requests: readonly RuntimeRequest[],
  files: readonly FileRequest[],
): Fiber<(name: string) => string> {
  const targets = new Set<string>();
  for (const { name, target } of files) {
    if (targets.has(target)) throw new CommandFailure(`duplicate ${kind} target for ${name} not allowed`);
    targets.add(target);
  }
  const filters = encodeFilters(new Map([['name', new Set(requests.map(({ name }) => name))]]));
  const found = requests.length === 0 ? [] : yield* fetchJson<readonly T[]>(client, `/${kind}s`, { filters });
  const ids = new Map(found.map(({ ID, Spec }) => [Spec.Name, ID]));
  return (name) => {
    const id = ids.get(name);
    if (id === undefined) throw new CommandFailure(`${kind} not found: ${name}`);
    return id;
  };
}

function isFile(request: FileRequest | RuntimeRequest): request is FileRequest {
  return 'target' in request;
}

function fileTarget({ target, uid, gid, mode }: FileRequest): NonNullable<SecretReference['File']> {
  return { Name: target, UID: uid, GID: gid, Mode: mode };
}
