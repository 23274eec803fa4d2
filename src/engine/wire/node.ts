// Nodes on the wire.

import type { ManagerView } from '../../model/calls.ts';
import { nodeSpec as defaultNodeSpec } from '../../model/defaults.ts';
import type { Node, NodeDescription } from '../../model/objects.ts';
import type { NodeSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { type Decoder, stringMap, struct, text } from '../decode.ts';
import { RequestFailure } from '../failure.ts';
import {
  fromMap,
  toGenericResources,
  toMap,
  toMeta,
  toOptionalMap,
  unlessEmpty,
  unlessZero,
} from './common.ts';

export function toNode(node: Node, view: ManagerView | undefined, tls: api.TlsInfo, epoch: number): api.Node {
  const { spec, status, description } = node;
  return {
    ...toMeta(node, epoch),
    Spec: {
      Name: unlessZero(spec.name),
      Labels: toMap(spec.labels),
      Role: spec.role,
      Availability: spec.availability,
    },
    Description: description === undefined ? nothingKnown : toDescription(description, tls),
    Status: { State: status.state, Message: unlessZero(status.message), Addr: unlessZero(status.addr) },
    ManagerStatus: view && {
      Leader: unlessZero(view.leader),
      Reachability: view.reachable ? 'reachable' : 'unreachable',
      Addr: unlessZero(view.addr),
    },
  };
}

/** A node that has not registered yet. */
const nothingKnown: api.NodeDescription = { Platform: {}, Resources: {}, Engine: {}, TLSInfo: {} };

function toDescription(description: NodeDescription, tls: api.TlsInfo): api.NodeDescription {
  const { hostname, platform, resources, engineVersion, engineLabels, plugins } = description;
  return {
    Hostname: unlessZero(hostname),
    Platform: { Architecture: unlessZero(platform.architecture), OS: unlessZero(platform.os) },
    Resources: {
      NanoCPUs: unlessZero(resources.nanoCpus),
      MemoryBytes: unlessZero(resources.memoryBytes),
      GenericResources: toGenericResources(resources.generic),
    },
    Engine: {
      EngineVersion: unlessZero(engineVersion),
      Labels: toOptionalMap(engineLabels),
      Plugins: unlessEmpty(plugins.map(({ type, name }) => ({ Type: type, Name: name }))),
    },
    TLSInfo: tls,
  };
}

export const nodeSpec: Decoder<api.NodeSpec> = struct('swarm.NodeSpec', (field) => ({
  Name: field('Name', text()),
  Labels: field('Labels', stringMap),
  Role: field('Role', text('swarm.NodeRole')),
  Availability: field('Availability', text('swarm.NodeAvailability')),
}));

/** @throws RequestFailure 400 for words that mean nothing */
export function fromNodeSpec({ Name = '', Labels, Role = '', Availability = '' }: api.NodeSpec): NodeSpec {
  const role = Role.toLowerCase();
  if (role !== '' && role !== 'worker' && role !== 'manager') {
    throw new RequestFailure(400, `invalid Role: ${JSON.stringify(Role)}`);
  }
  return defaultNodeSpec({
    name: Name,
    labels: fromMap(Labels),
    role: role === '' ? 'worker' : role,
    availability: parseAvailability(Availability),
  });
}

/** @throws RequestFailure 400 */
export function parseAvailability(text: string): NodeSpec['availability'] {
  const word = text.toLowerCase();
  if (word === '') return 'active';
  if (word === 'active' || word === 'pause' || word === 'drain') return word;
  throw new RequestFailure(400, `invalid Availability: ${JSON.stringify(text)}`);
}
