// What a docker client does at a node, as far as scenarios need it: look records up by name or ID and change them, through the node's
// manager and over the network like everything else. Refusals are thrown as CallFailure.

import { encodeBase64 } from '../model/base64.ts';
import type { ControlResult, ManagerView } from '../model/calls.ts';
import { fileSpec, networkSpec } from '../model/defaults.ts';
import { CallFailure } from '../model/failure.ts';
import type { LogRequest } from '../model/messages.ts';
import type { Cluster, Kind, Network, Node, Records, Service, Task, Volume } from '../model/objects.ts';
import type { ServiceSpec, VolumeSpec } from '../model/spec.ts';
import type { LogsRead, Swarm } from './swarm.ts';

/** A client at one node. */
export class Client {
  readonly #swarm: Swarm;
  readonly #host: string;

  constructor(swarm: Swarm, host: string) {
    this.#swarm = swarm;
    this.#host = host;
  }

  /** All records of a kind, in ascending ID order. */
  list<K extends Kind>(kind: K): readonly Records[K][] {
    return this.#query(kind).tables[kind] ?? [];
  }

  #query(kind: Kind): Extract<ControlResult, { readonly kind: 'records' }> {
    const result = this.#swarm.ask(this.#host, { method: 'list', kind });
    if (result.kind !== 'records') throw new Error(`a list was answered with ${result.kind}`);
    return result;
  }

  /** `docker node ls`: the nodes, and the managers among them by node ID. */
  nodes(): { readonly nodes: readonly Node[]; readonly managers: ReadonlyMap<string, ManagerView> } {
    const { tables, managers } = this.#query('node');
    return { nodes: tables.node ?? [], managers: new Map(managers) };
  }

  cluster(): Cluster {
    const [cluster] = this.list('cluster');
    if (cluster === undefined) throw new CallFailure('Unavailable', 'This node is not part of a swarm');
    return cluster;
  }

  /** By full ID, exact host name or ID prefix, in this order (R-R213). */
  node(key: string): Node {
    const { nodes } = this.nodes();
    return (
      nodes.find(({ id }) => id === key) ??
      only(
        'node',
        key,
        nodes.filter(({ description }) => description?.hostname === key),
      ) ??
      only(
        'node',
        key,
        nodes.filter(({ id }) => id.startsWith(key)),
      ) ??
      missing('node', key)
    );
  }

  /** By full ID, exact name or ID prefix. */
  service(key: string): Service {
    const services = this.list('service');
    return (
      services.find(({ id }) => id === key) ??
      services.find(({ spec }) => spec.name === key) ??
      only(
        'service',
        key,
        services.filter(({ id }) => id.startsWith(key)),
      ) ??
      missing('service', key)
    );
  }

  /** The tasks of a service, old ones included. */
  tasks(service: Service): readonly Task[] {
    return this.list('task').filter(({ serviceId }) => serviceId === service.id);
  }

  /** The lines of a service's or task's containers, as far as the nodes concerned tell them; followed for `duration` microseconds. */
  logs(request: LogRequest, duration?: number): LogsRead {
    return this.#swarm.readLogs(this.#host, request, duration);
  }

  /** @returns the new service's ID */
  createService(spec: ServiceSpec): string {
    return this.#change({ method: 'service.create', spec });
  }

  /** Reads the service, edits its spec and writes it back with the version read. */
  updateService(key: string, edit: (spec: ServiceSpec) => ServiceSpec): void {
    const service = this.service(key);
    const { version } = service.meta;
    this.#change({ method: 'service.update', serviceId: service.id, version, spec: edit(service.spec) });
  }

  /** `docker service rollback`. */
  rollbackService(key: string): void {
    const service = this.service(key);
    const { version } = service.meta;
    const { id: serviceId, spec } = service;
    this.#change({ method: 'service.update', serviceId, version, spec, rollback: 'previous' });
  }

  removeService(key: string): void {
    this.#change({ method: 'service.remove', serviceId: this.service(key).id });
  }

  updateNode(key: string, edit: (spec: Node['spec']) => Node['spec']): void {
    const node = this.node(key);
    const { version } = node.meta;
    this.#change({ method: 'node.update', nodeId: node.id, version, spec: edit(node.spec) });
  }

  removeNode(key: string, force: boolean): void {
    this.#change({ method: 'node.remove', nodeId: this.node(key).id, force });
  }

  /** A new overlay network, in a subnet of the allocator's choice unless one is given (`10.1.0.0/29`). @returns its ID */
  createNetwork(name: string, subnet?: string): string {
    const subnets = subnet === undefined ? [] : [{ subnet, gateway: '' }];
    return this.#change({ method: 'network.create', spec: networkSpec({ name, subnets }) });
  }

  removeNetwork(key: string): void {
    this.#change({ method: 'network.remove', networkId: this.network(key).id });
  }

  /** By ID or name. */
  network(key: string): Network {
    const networks = this.list('network');
    return (
      networks.find(({ id }) => id === key) ??
      networks.find(({ spec }) => spec.name === key) ??
      missing('network', key)
    );
  }

  /** @returns the new config's ID */
  createConfig(name: string, content: string): string {
    return this.#change({ method: 'config.create', spec: fileSpec({ name, data: encodeBase64(content) }) });
  }

  /** @returns the new secret's ID */
  createSecret(name: string, content: string): string {
    return this.#change({ method: 'secret.create', spec: fileSpec({ name, data: encodeBase64(content) }) });
  }

  removeConfig(key: string): void {
    this.#change({ method: 'config.remove', configId: this.#file('config', key) });
  }

  removeSecret(key: string): void {
    this.#change({ method: 'secret.remove', secretId: this.#file('secret', key) });
  }

  /** @returns the new cluster volume's ID */
  createVolume(spec: VolumeSpec): string {
    return this.#change({ method: 'volume.create', spec });
  }

  updateVolume(key: string, edit: (spec: VolumeSpec) => VolumeSpec): void {
    const { id: volumeId, meta, spec } = this.volume(key);
    this.#change({ method: 'volume.update', volumeId, version: meta.version, spec: edit(spec) });
  }

  removeVolume(key: string, force: boolean): void {
    this.#change({ method: 'volume.remove', volumeId: this.volume(key).id, force });
  }

  /** A cluster volume, by ID or name. */
  volume(key: string): Volume {
    const volumes = this.list('volume');
    return (
      volumes.find(({ id }) => id === key) ??
      volumes.find(({ spec }) => spec.name === key) ??
      missing('volume', key)
    );
  }

  /** The ID of a config or secret, by ID or name. */
  #file(kind: 'config' | 'secret', key: string): string {
    const files = this.list(kind);
    const file = files.find(({ id }) => id === key) ?? files.find(({ spec }) => spec.name === key);
    return file?.id ?? missing(kind, key);
  }

  /** `docker swarm update`, and with `rotate` the rotations of tokens and key. */
  updateCluster(
    edit: (spec: Cluster['spec']) => Cluster['spec'],
    rotate: readonly ('worker-token' | 'manager-token' | 'unlock-key')[] = [],
  ): void {
    const { spec, meta } = this.cluster();
    this.#change({ method: 'cluster.update', version: meta.version, spec: edit(spec), rotate });
  }

  #change(call: Parameters<Swarm['ask']>[1]): string {
    const result = this.#swarm.ask(this.#host, call);
    if (result.kind !== 'done') throw new Error(`a change was answered with ${result.kind}`);
    return result.recordId;
  }
}

function only<R>(kind: string, key: string, matches: readonly R[]): R | undefined {
  if (matches.length > 1) {
    throw new CallFailure('InvalidArgument', `${kind} ${key} is ambiguous (${matches.length} matches found)`);
  }
  return matches[0];
}

function missing(kind: string, key: string): never {
  throw new CallFailure('NotFound', `${kind} ${key} not found`);
}
