// Whole records from the few fields a test is about, as `tx.create` takes them. Names given here stand for what SwarmKit would have filled in.

import {
  clusterSpec,
  defaultAddressPool,
  defaultDataPathPort,
  defaultSubnetSize,
  defaultTaskSpec,
  fileSpec,
  networkSpec,
  nodeSpec,
  type ServiceRequest,
  serviceSpec,
} from '../../src/model/defaults.ts';
import type { Kind, NodeStatus, Records, TaskStatus } from '../../src/model/objects.ts';
import type { ClusterSpec, Labels, NetworkSpec, NodeSpec, Resources } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';

/** A record before the store has given it `meta`. */
export type Fresh<K extends Kind> = Omit<Records[K], 'meta'>;

const gibibyte = 1024 ** 3;

export interface NodeFields extends Partial<Omit<Fresh<'node'>, 'spec' | 'status'>> {
  readonly id: string;
  /** The ID when absent. */
  readonly hostname?: string;
  readonly labels?: Labels;
  readonly engineLabels?: Labels;
  readonly availability?: NodeSpec['availability'];
  readonly state?: NodeStatus['state'];
  readonly addr?: string;
  readonly resources?: Partial<Resources>;
  readonly plugins?: readonly { readonly type: string; readonly name: string }[];
}

/** A ready, active linux/x86_64 worker with 4 CPUs and 8 GiB. `role` sets the desired and the actual role. */
export function makeNode(fields: NodeFields): Fresh<'node'> {
  const { hostname = fields.id, labels = [], engineLabels = [], availability = 'active', ...rest } = fields;
  const {
    state = 'ready',
    addr = '10.0.0.1',
    resources = {},
    plugins = [],
    role = 'worker',
    ...record
  } = rest;
  return {
    role,
    spec: nodeSpec({ labels, availability, role }),
    description: {
      hostname,
      platform: { architecture: 'x86_64', os: 'linux' },
      resources: { nanoCpus: 4e9, memoryBytes: 8 * gibibyte, generic: [], ...resources },
      engineVersion: '28.2.2',
      engineLabels,
      plugins,
    },
    status: { state, message: '', addr },
    attachments: [],
    ...record,
  };
}

export interface ServiceFields extends Partial<ServiceRequest> {
  readonly id: string;
  /** A whole spec instead of its parts. */
  readonly spec?: Fresh<'service'>['spec'];
  /** Fields of the record outside its spec. */
  readonly record?: Partial<Omit<Fresh<'service'>, 'id' | 'spec'>>;
}

/** A replicated service of one replica, named like its ID, image `nginx`, and whatever parts of a spec the test gives. */
export function makeService(fields: ServiceFields): Fresh<'service'> {
  const { id, spec, record, name = id, image = 'nginx', ...request } = fields;
  return { id, spec: spec ?? serviceSpec({ name, image, ...request }), specVersion: 0, ...record };
}

export interface TaskFields extends Partial<Omit<Fresh<'task'>, 'status'>> {
  readonly id: string;
  /** The service the task is of: gives ID, names, spec, spec version and endpoint spec as at creation (R-O10). */
  readonly service?: Fresh<'service'>;
  /** The observed state; running by default. */
  readonly state?: TaskStatus['state'];
  readonly status?: Partial<TaskStatus>;
}

/** A running task of slot 1 that is desired to run, of no service and on no node unless said. */
export function makeTask(fields: TaskFields): Fresh<'task'> {
  const { service, state = TaskState.Running, status, ...record } = fields;
  const name = service?.spec.name ?? '';
  return {
    annotations: { name: '', labels: [] },
    serviceAnnotations: { name, labels: service?.spec.labels ?? [] },
    serviceId: service?.id ?? '',
    slot: 1,
    nodeId: '',
    spec: service?.spec.task ?? defaultTaskSpec('nginx'),
    ...(service && { specVersion: service.specVersion }),
    ...(service?.spec.endpoint && { endpoint: { spec: service.spec.endpoint, ports: [], virtualIps: [] } }),
    desiredState: TaskState.Running,
    status: { state, timestamp: 0, message: '', err: '', ...status },
    networks: [],
    assignedGenericResources: [],
    ...record,
  };
}

/** The cluster object, with ID `cluster`. */
export function makeCluster(spec: Partial<ClusterSpec> = {}): Fresh<'cluster'> {
  return {
    id: 'cluster',
    spec: clusterSpec(spec),
    rootCaDigest: '0'.repeat(50),
    joinTokens: { worker: '', manager: '' },
    unlockKey: '',
    blacklist: [],
    defaultAddressPool,
    subnetSize: defaultSubnetSize,
    dataPathPort: defaultDataPathPort,
  };
}

/** An overlay network that has not been allocated, named like its ID. */
export function makeNetwork(fields: Partial<NetworkSpec> & { readonly id: string }): Fresh<'network'> {
  const { id, ...spec } = fields;
  return { id, spec: networkSpec({ name: id, ...spec }) };
}

/** A config or secret, named like its ID. */
export function makeFile(id: string): Fresh<'config'> & Fresh<'secret'> {
  return { id, spec: fileSpec({ name: id }) };
}
