// What a script sees, and anyone who looks from outside: the truth at this moment, which no one inside could know. Looking is free and
// changes nothing.

import { resolveName } from '../agent/network/names.ts';
import type { Swarm } from '../cluster/swarm.ts';
import { second } from '../model/duration.ts';
import type { Service, UpdateStatus } from '../model/objects.ts';
import type { Reader } from '../store/reader.ts';
import { isConverged } from './converged.ts';
import { ScenarioFailure } from './failure.ts';
import { type LogEntryView, raftLog } from './raft-log.ts';
import { formatTime } from './time.ts';
import {
  type ContainerView,
  containersOn,
  type NodeView,
  nodeView,
  runningContainer,
  type TaskView,
  taskView,
} from './views.ts';
import { Volume } from './volume.ts';

export class Sight {
  readonly #swarm: Swarm;

  constructor(swarm: Swarm) {
    this.#swarm = swarm;
  }

  /** @throws ScenarioFailure naming a machine that is not there */
  protected check(hosts: readonly string[]): void {
    const known = this.#swarm.world.hostNames();
    for (const host of hosts) {
      if (known.includes(host)) continue;
      throw new ScenarioFailure(
        `at ${this.time}: there is no machine ${host}; there are ${known.join(', ')}`,
      );
    }
  }

  /** Virtual time since the start, as the story shows it. */
  get time(): string {
    return formatTime(this.#swarm.world.now);
  }

  /** Virtual seconds since the start, with a fraction. */
  get seconds(): number {
    return this.#swarm.world.now / second;
  }

  /** The manager that leads; undefined while none does. */
  leader(): string | undefined {
    return this.#swarm.leader();
  }

  /** The Raft term that a manager is in. */
  term(host: string): number {
    this.check([host]);
    return this.#swarm.managerOf(host)?.raft.term ?? 0;
  }

  /** The newest entries of a manager's Raft log, oldest first: what each changes, and which managers have it. */
  log(host: string, last = 20): readonly LogEntryView[] {
    this.check([host]);
    return raftLog(this.#swarm, host, last);
  }

  /** Managers that are up, in order. */
  managers(): readonly string[] {
    return this.#swarm.managers().map(([host]) => host);
  }

  /** All nodes, sorted by name, as the most advanced manager has them. */
  nodes(): readonly NodeView[] {
    const leader = this.leader();
    return this.#state()
      .list('node')
      .map((node) => {
        const name = node.description?.hostname;
        const manager = node.role !== 'manager' ? '' : name === leader ? 'Leader' : 'Reachable';
        return nodeView(node, manager);
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All tasks of a service, old ones included, by slot or node, the newest first. */
  tasks(service: string): readonly TaskView[] {
    const state = this.#state();
    return [...state.tasksOfService(this.#service(service).id)]
      .sort((a, b) => a.slot - b.slot || b.meta.createdAt - a.meta.createdAt)
      .map((task) => taskView(state, task));
  }

  /** The tasks of a service that run and are meant to. */
  running(service: string): readonly TaskView[] {
    return this.tasks(service).filter((task) => task.state === 'running' && task.desired === 'running');
  }

  /** What `docker service inspect` calls UpdateStatus. */
  updateStatus(service: string): UpdateStatus | undefined {
    return this.#service(service).updateStatus;
  }

  /** The whole record of a service. */
  inspect(service: string): Service {
    return this.#service(service);
  }

  /** Names of the tasks whose containers run on a machine, whatever the managers know of it. */
  containers(host: string): readonly string[] {
    this.check([host]);
    return containersOn(this.#swarm, host).map(({ name }) => name);
  }

  /** The container of a task that runs, by the task's name (`web.1`), with what its program finds in it. */
  container(task: string): ContainerView {
    const view = runningContainer(this.#swarm, task);
    if (view === undefined) throw new ScenarioFailure(`at ${this.time}: no container of ${task} runs`);
    return view;
  }

  /** A named volume of a machine, or with an absolute path a directory of it: to look into, and to write to as a program would. */
  volume(host: string, name: string): Volume {
    this.check([host]);
    return new Volume(this.#swarm, host, name);
  }

  /**
   * What the engine's name server answers a container (`web.1`) now: a service's virtual IP, or the addresses of its tasks for `tasks.NAME` and
   * in mode dnsrr. In ascending order; empty when the name is not known there.
   */
  resolve(name: string, { from }: { readonly from: string }): readonly string[] {
    const { node, taskId } = this.container(from);
    const agent = this.#swarm.memoryOf(node)?.agent;
    const task = agent?.tasks.get(taskId)?.task;
    if (agent === undefined || task === undefined) return [];
    return resolveName(agent, task, name)?.addresses ?? [];
  }

  /** True when a service, or every service, has all its tasks running and no update under way. */
  converged(service?: string): boolean {
    const state = this.#swarm.state();
    if (state === undefined) return false;
    const services = service === undefined ? state.list('service') : [this.#service(service)];
    return services.every((each) => isConverged(state, each));
  }

  #state(): Reader {
    const state = this.#swarm.state();
    if (state === undefined)
      throw new ScenarioFailure(`at ${this.time}: no manager runs, so there is nothing to look at`);
    return state;
  }

  #service(name: string): Service {
    const service = this.#state().findByName('service', name);
    if (service === undefined) throw new ScenarioFailure(`at ${this.time}: there is no service ${name}`);
    return service;
  }
}
