// Store records from what was recorded.

import { portConfig, serviceSpec } from '../../../src/model/defaults.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Meta, Service } from '../../../src/model/objects.ts';
import type { GenericResource } from '../../../src/model/spec.ts';
import { type Fresh, makeService } from '../../manager/fixtures.ts';
import type { RecordedNode, RecordedService } from './schema.ts';

/** The store's part of a record that never was in a store. */
export const unstored: Meta = { version: 0, createdAt: 0, updatedAt: 0 };

export function nodeRecord(node: RecordedNode): Fresh<'node'> {
  const { id, role, addr, avail, state } = node;
  return {
    id,
    role,
    spec: { name: '', labels: makeLabels([...node.labels]), role, availability: avail },
    status: { state, message: '', addr },
    attachments: [],
    ...(!node.noDescription && {
      description: {
        hostname: node.host ?? id,
        platform: { os: node.os, architecture: node.arch },
        resources: { nanoCpus: node.cpu, memoryBytes: node.mem, generic: offered(node) },
        engineVersion: '28.2.2',
        engineLabels: makeLabels([...node.engineLabels]),
        plugins: node.plugins.map((plugin) => {
          const [type, name] = halves(plugin);
          return { type, name };
        }),
      },
    }),
  };
}

function offered({ generic, named }: RecordedNode): GenericResource[] {
  return [
    ...[...generic].map(([kind, value]) => ({ kind, value })),
    ...[...named].flatMap(([kind, names]) => names.map((name) => ({ kind, named: name }))),
  ];
}

export function serviceRecord(service: RecordedService): Fresh<'service'> {
  const { id, volumeDriver, logDriver } = service;
  const ports = service.hostPorts.map((text) => {
    const [protocol, port] = halves(text);
    const number = Number(port);
    return portConfig({
      protocol: protocolOf(protocol),
      targetPort: number,
      publishedPort: number,
      publishMode: 'host',
    });
  });
  const mount = { type: 'volume', source: 'data', target: '/data', readOnly: false, options: [] } as const;
  return makeService({
    id,
    spec: serviceSpec({
      name: id,
      image: 'nginx',
      mode:
        service.mode === 'global' ? { kind: 'global' } : { kind: 'replicated', replicas: service.pending },
      container: { mounts: volumeDriver === undefined ? [] : [{ ...mount, driver: volumeDriver }] },
      reservations: {
        nanoCpus: service.cpu,
        memoryBytes: service.mem,
        generic: [...service.generic].map(([kind, value]) => ({ kind, value })),
      },
      placement: {
        constraints: service.constraints,
        spread: service.prefs,
        maxReplicas: service.maxReplicas,
        platforms: service.platforms.map((platform) => {
          const [os, architecture] = halves(platform);
          return { os, architecture };
        }),
      },
      task: logDriver === undefined ? {} : { logDriver: { name: logDriver, options: [] } },
      ...(ports.length > 0 && { endpoint: { mode: 'dnsrr', ports } }),
    }),
  });
}

/** What the allocator makes of the ports of a task. */
export function endpointOf({ spec }: Pick<Service, 'spec'>): Pick<Fresh<'task'>, 'endpoint'> {
  if (spec.endpoint === undefined) return {};
  return { endpoint: { spec: spec.endpoint, ports: spec.endpoint.ports, virtualIps: [] } };
}

function protocolOf(text: string): 'tcp' | 'udp' | 'sctp' {
  if (text === 'tcp' || text === 'udp' || text === 'sctp') return text;
  throw new Error(`${text} is no protocol`);
}

/** `type/name`, cut at the first slash. */
function halves(text: string): [string, string] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
}
