// Go's type swarm.Node.

import { annotations, identified, platform, resources, tlsInfo, topology } from './common.ts';
import {
  embed,
  field,
  int64,
  labels,
  optional,
  pointer,
  slice,
  struct,
  text,
  textType,
  truth,
} from './schema.ts';

export const node = struct('swarm.Node', [
  ...identified,
  field(
    'Spec',
    struct('swarm.NodeSpec', [
      embed('Annotations', annotations),
      optional('Role', textType('swarm.NodeRole')),
      optional('Availability', textType('swarm.NodeAvailability')),
    ]),
  ),
  field(
    'Description',
    struct('swarm.NodeDescription', [
      optional('Hostname', text),
      field('Platform', platform),
      field('Resources', resources),
      field(
        'Engine',
        struct('swarm.EngineDescription', [
          optional('EngineVersion', text),
          optional('Labels', labels),
          optional(
            'Plugins',
            slice(struct('swarm.PluginDescription', [optional('Type', text), optional('Name', text)])),
          ),
        ]),
      ),
      field('TLSInfo', tlsInfo),
      optional(
        'CSIInfo',
        slice(
          struct('swarm.NodeCSIInfo', [
            optional('PluginName', text),
            optional('NodeID', text),
            optional('MaxVolumesPerNode', int64),
            optional('AccessibleTopology', pointer(topology)),
          ]),
        ),
      ),
    ]),
  ),
  field(
    'Status',
    struct('swarm.NodeStatus', [
      optional('State', textType('swarm.NodeState')),
      optional('Message', text),
      optional('Addr', text),
    ]),
  ),
  optional(
    'ManagerStatus',
    pointer(
      struct('swarm.ManagerStatus', [
        optional('Leader', truth),
        optional('Reachability', textType('swarm.Reachability')),
        optional('Addr', text),
      ]),
    ),
  ),
]);
