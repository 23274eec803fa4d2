// The secrets and configs of a stack as requests that create them, and what services ask of them.

import type { ConfigSpec, Driver, SecretSpec } from '../../../engine/api.ts';
import { encodeBase64 } from '../../../model/base64.ts';
import { CommandFailure } from '../../failure.ts';
import { sortedMap } from '../../maps.ts';
import { type DockerHost, FileError } from '../../process.ts';
import type { FileRequest } from '../../service/references.ts';
import type { Section } from '../config.ts';
import { numberAt, pairsAt, textAt } from '../read.ts';
import { type Mapping, sortedEntries } from '../value.ts';
import { isExternal, scopedName, stackLabels } from './namespace.ts';

/** Readable by all. */
const defaultMode = 0o444;

/** In the order of their keys. @throws CommandFailure for a file that cannot be read */
export function convertSecrets(stack: string, secrets: Section, host: DockerHost): readonly SecretSpec[] {
  return ownObjects(secrets).map(([key, secret]) => {
    const driver = textAt(secret, 'driver');
    const options = pairsAt(secret, 'driver_opts');
    return {
      Name: scopedName(stack, key, secret),
      Labels: stackLabels(stack, pairsAt(secret, 'labels')),
      ...(driver === '' ? { Data: contentOf(secret, host) } : {}),
      ...(driver === ''
        ? {}
        : { Driver: { Name: driver, ...(options.length > 0 && { Options: sortedMap(options) }) } }),
      ...templating(secret),
    };
  });
}

export function convertConfigs(stack: string, configs: Section, host: DockerHost): readonly ConfigSpec[] {
  return ownObjects(configs).map(([key, config]) => ({
    Name: scopedName(stack, key, config),
    Labels: stackLabels(stack, pairsAt(config, 'labels')),
    Data: contentOf(config, host),
    ...templating(config),
  }));
}

function ownObjects(section: Section): readonly (readonly [string, Mapping])[] {
  return sortedEntries(section).filter(([, object]) => !isExternal(object));
}

/** Base 64; nothing for an empty file. */
function contentOf(object: Mapping, host: DockerHost): string | undefined {
  try {
    return encodeBase64(host.readFile(textAt(object, 'file'))) || undefined;
  } catch (error) {
    if (error instanceof FileError) throw new CommandFailure(error.message);
    throw error;
  }
}

function templating(object: Mapping): { readonly Templating?: Driver } {
  const driver = textAt(object, 'template_driver');
  return driver === '' ? {} : { Templating: { Name: driver } };
}

/** What a service asks for, with names as the swarm has them. @throws CommandFailure for what the file does not have */
export function fileRequests(
  kind: 'secret' | 'config',
  stack: string,
  references: readonly Mapping[],
  objects: Section,
): readonly FileRequest[] {
  return references.map((reference) => {
    const source = textAt(reference, 'source');
    return {
      name: objectName(kind, stack, source, objects),
      target: textAt(reference, 'target') || source,
      uid: textAt(reference, 'uid') || '0',
      gid: textAt(reference, 'gid') || '0',
      mode: numberAt(reference, 'mode') ?? defaultMode,
    };
  });
}

/** @throws CommandFailure for what the file does not have */
export function objectName(kind: string, stack: string, key: string, objects: Section): string {
  const object = objects.get(key);
  if (object === undefined) throw new CommandFailure(`undefined ${kind} "${key}"`);
  return scopedName(stack, key, object);
}
