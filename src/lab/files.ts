// Secrets and configs that a service asks for: `db`, or `source=db,target=/etc/db` as docker's flags have it.

import type { Client } from '../cluster/client.ts';
import type { FileReference, ServiceSpec } from '../model/spec.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import type { ServiceOptions } from './options.ts';

type FileKind = 'secret' | 'config';

/** The spec with the secrets and configs of the options, looked up. @throws Refusal for one that does not exist */
export function withFiles(
  spec: ServiceSpec,
  { secrets, configs }: ServiceOptions,
  client: Client,
): ServiceSpec {
  if (secrets === undefined && configs === undefined) return spec;
  const container = {
    ...spec.task.container,
    ...(secrets && { secrets: references('secret', secrets, client) }),
    ...(configs && { configs: references('config', configs, client) }),
  };
  return { ...spec, task: { ...spec.task, container } };
}

/** As the flag has it; the shortest form. */
export function fileText({ name, target }: FileReference): string {
  return target === name ? name : `source=${name},target=${target}`;
}

function references(kind: FileKind, requests: readonly string[], client: Client): readonly FileReference[] {
  const known = requests.length === 0 ? [] : client.list(kind);
  const found: FileReference[] = [];
  for (const { name, target } of requests.map((request) => parseRequest(kind, request))) {
    const file = known.find(({ spec }) => spec.name === name);
    if (file === undefined) throw new Refusal(`${kind} not found: ${name}`);
    if (found.some((other) => other.target === target)) {
      throw new Refusal(`duplicate ${kind} target for ${name} not allowed`);
    }
    found.push({ id: file.id, name, target, uid: '0', gid: '0', mode: 0o444 });
  }
  return found;
}

function parseRequest(kind: FileKind, request: string): { readonly name: string; readonly target: string } {
  if (/^[^=,]+$/.test(request)) return { name: request, target: request };
  const [, name, target] = /^source=([^=,]+)(?:,target=([^=,]+))?$/.exec(request) ?? [];
  if (name === undefined) {
    throw new ScenarioFailure(
      `a ${kind} must be like db or source=db,target=/etc/db, not ${JSON.stringify(request)}`,
    );
  }
  return { name, target: target ?? name };
}
