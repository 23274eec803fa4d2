// What a node must have, and the words for what it lacks (R-S24, R-S25, R-S31).

import { describe, expect, test } from 'vitest';
import { judgeNodes } from '../../../src/manager/scheduler/verdict.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { millisecond } from '../../../src/model/duration.ts';
import type { Mount, PortConfig } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNetwork, makeNode, type NodeFields, type ServiceFields, type TaskFields } from '../fixtures.ts';
import {
  addNodes,
  addPending,
  addRunning,
  addService,
  createSwarm,
  errors,
  placed,
  type Swarm,
  settle,
} from './swarm.ts';

const gibibyte = 1024 ** 3;
const small = { resources: { memoryBytes: 0 } };
const needsMemory = { reservations: { memoryBytes: gibibyte } };

/** `count` tasks of a service on a swarm of these nodes, after the dust has settled. */
function schedule(
  nodes: readonly (string | NodeFields)[],
  service: Partial<ServiceFields>,
  count: number,
  fields: Partial<TaskFields> = {},
): Swarm {
  const swarm = createSwarm((tx) => addNodes(tx, ...nodes));
  swarm.write((tx) => addPending(tx, addService(tx, { id: 'web', ...service }), count, fields));
  settle(swarm);
  return swarm;
}

/** Whether one task fits on a node. */
function fits(
  node: Partial<NodeFields>,
  service: Partial<ServiceFields>,
  fields: Partial<TaskFields> = {},
): boolean {
  return placed(schedule([{ id: 'n', ...node }], service, 1, fields), 'web').n === 1;
}

function hostPorts(...ports: readonly Partial<PortConfig>[]): Partial<TaskFields> {
  const published = ports.map((port) => portConfig({ targetPort: 80, publishMode: 'host', ...port }));
  return { endpoint: { spec: { mode: 'vip', ports: published }, ports: published, virtualIps: [] } };
}

describe('explanation', () => {
  test('no node at all (S-E11)', () => {
    expect(errors(schedule([], {}, 1), 'web')).toEqual(['no suitable node']);
  });

  test('by number of nodes, ties in pipeline order (S-E12, S-E13)', () => {
    const drained: NodeFields = { id: 'a', availability: 'drain' };
    expect(
      errors(schedule([drained, { id: 'b', ...small }, { id: 'c', ...small }], needsMemory, 1), 'web'),
    ).toEqual(['no suitable node (insufficient resources on 2 nodes; 1 node not available for new tasks)']);
    expect(
      errors(
        schedule(
          [
            { id: 'a', state: 'down' },
            { id: 'b', ...small },
          ],
          needsMemory,
          1,
        ),
        'web',
      ),
    ).toEqual(['no suitable node (1 node not available for new tasks; insufficient resources on 1 node)']);
  });

  test('a node counts only for the first filter that rejects it (S-E14)', () => {
    const service = { placement: { constraints: ['node.id==x'] } };
    expect(errors(schedule([{ id: 'a', availability: 'drain' }], service, 1), 'web')).toEqual([
      'no suitable node (1 node not available for new tasks)',
    ]);
    expect(errors(schedule(['b', 'c'], service, 1), 'web')).toEqual([
      'no suitable node (scheduling constraints not satisfied on 2 nodes)',
    ]);
  });

  test('max replicas has no number but is sorted by one (S-E15, S-E16)', () => {
    const one = { placement: { maxReplicas: 1 } };
    const swarm = schedule(['a', 'b', 'c'], one, 5);
    expect(placed(swarm, 'web')).toEqual({ a: 1, b: 1, c: 1 });
    expect(errors(swarm, 'web')).toEqual(['no suitable node (max replicas per node limit exceed)']);
    const zones = (...ids: readonly string[]): NodeFields[] =>
      ids.map((id) => ({ id, labels: [['ok', id < 'x' ? 'yes' : 'no']] }));
    const constrained = { placement: { maxReplicas: 1, constraints: ['node.labels.ok==yes'] } };
    expect(errors(schedule(zones('a', 'b', 'c', 'd', 'x', 'y'), constrained, 5), 'web')).toEqual([
      'no suitable node (max replicas per node limit exceed; scheduling constraints not satisfied on 2 nodes)',
    ]);
    expect(errors(schedule(zones('a', 'x', 'y'), constrained, 2), 'web')).toEqual([
      'no suitable node (scheduling constraints not satisfied on 2 nodes; max replicas per node limit exceed)',
    ]);
  });

  test('the first text counts only the nodes since the last that passed (R-S25)', () => {
    const swarm = createSwarm((tx) =>
      addNodes(tx, { id: 'a', state: 'down' }, { id: 'b', resources: { memoryBytes: gibibyte } }),
    );
    swarm.write((tx) => addPending(tx, addService(tx, { id: 'web', ...needsMemory }), 2));
    swarm.advance(50 * millisecond);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 1 node)']);
    swarm.advance(50 * millisecond);
    expect(errors(swarm, 'web')).toEqual([
      'no suitable node (1 node not available for new tasks; insufficient resources on 1 node)',
    ]);
  });

  test('at rest every node is counted once (S-E18)', () => {
    const swarm = schedule(
      [
        { id: 'down', state: 'down' },
        { id: 'up', resources: { memoryBytes: gibibyte } },
      ],
      needsMemory,
      2,
    );
    expect(placed(swarm, 'web')).toEqual({ up: 1 });
    expect(errors(swarm, 'web')).toEqual([
      'no suitable node (1 node not available for new tasks; insufficient resources on 1 node)',
    ]);
  });
});

describe('resources', () => {
  test('what is exactly free fits, one byte more does not (S-E43, R-G1, R-G3)', () => {
    const node = { resources: { memoryBytes: gibibyte, nanoCpus: 1e9 } };
    expect(fits(node, { reservations: { memoryBytes: gibibyte, nanoCpus: 1e9 } })).toBe(true);
    expect(fits(node, { reservations: { memoryBytes: gibibyte + 1 } })).toBe(false);
    expect(fits(node, { reservations: { nanoCpus: 1e9 + 1 } })).toBe(false);
  });

  test('a node with less than nothing takes only tasks that reserve nothing (S-E45)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'old', reservations: { memoryBytes: 4 * gibibyte } }), 'a', 1);
    });
    swarm.write((tx) => {
      tx.update('node', 'a', (draft) => {
        if (draft.description !== undefined) draft.description.resources.memoryBytes = 2 * gibibyte;
      });
      addPending(tx, addService(tx, { id: 'cpu', reservations: { nanoCpus: 5e8 } }), 1);
      addPending(tx, addService(tx, { id: 'free' }), 1);
    });
    settle(swarm);
    expect(errors(swarm, 'cpu')).toEqual(['no suitable node (insufficient resources on 1 node)']);
    expect(placed(swarm, 'free')).toEqual({ a: 1 });
  });

  test('generic resources are claimed and written on the task (S-E54, S-E55)', () => {
    const names = ['x', 'y', 'z'].map((named) => ({ kind: 'fpga', named }));
    const node = { id: 'n', resources: { generic: [...names, { kind: 'gpu', value: 4 }] } };
    const request = {
      generic: [
        { kind: 'fpga', value: 2 },
        { kind: 'gpu', value: 4 },
      ],
    };
    const swarm = schedule([node], { reservations: request }, 2);
    expect(placed(swarm, 'web')).toEqual({ n: 1 });
    expect(swarm.store.get('task', 'web.0.0001')?.assignedGenericResources).toEqual([
      { kind: 'fpga', named: 'x' },
      { kind: 'fpga', named: 'y' },
      { kind: 'gpu', value: 4 },
    ]);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 1 node)']);
  });
});

describe('max replicas', () => {
  test('a task that is to be stopped makes room, but keeps what it holds (S-E44, S-E48)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', resources: { memoryBytes: 1000 } });
      const web = addService(tx, { id: 'web', placement: { maxReplicas: 1 } });
      addRunning(tx, { ...web, specVersion: 3 }, 'a', 1, { desiredState: TaskState.Shutdown });
      const heavy = addService(tx, { id: 'heavy', reservations: { memoryBytes: 600 } });
      addRunning(tx, heavy, 'a', 1, { desiredState: TaskState.Shutdown });
      addPending(tx, web, 2);
      addPending(tx, heavy, 1);
    });
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
    expect(errors(swarm, 'heavy')).toEqual(['no suitable node (insufficient resources on 1 node)']);
  });
});

describe('host ports', () => {
  test('per protocol and number; any of them taken is one too many (S-E46)', () => {
    const taken = { publishedPort: 8080 };
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'old' }), 'a', 1, hostPorts(taken));
      addPending(tx, addService(tx, { id: 'udp' }), 1, hostPorts({ publishedPort: 8080, protocol: 'udp' }));
      addPending(tx, addService(tx, { id: 'two' }), 1, hostPorts({ publishedPort: 9090 }, taken));
    });
    settle(swarm);
    expect(placed(swarm, 'udp')).toEqual({ a: 1 });
    expect(errors(swarm, 'two')).toEqual(['no suitable node (host-mode port already in use on 1 node)']);
  });

  test('three replicas on two nodes (S-E46)', () => {
    const swarm = schedule(['a', 'b'], {}, 3, hostPorts({ publishedPort: 80 }));
    expect(placed(swarm, 'web')).toEqual({ a: 1, b: 1 });
    expect(errors(swarm, 'web')).toEqual(['no suitable node (host-mode port already in use on 2 nodes)']);
  });

  test('port 0 and ingress ports do not matter (S-E47)', () => {
    const ports = hostPorts({ publishedPort: 0 }, { publishedPort: 80, publishMode: 'ingress' });
    expect(placed(schedule(['a'], {}, 3, ports), 'web')).toEqual({ a: 3 });
  });
});

describe('platform', () => {
  const platform = (architecture: string, os: string): Partial<ServiceFields> => ({
    placement: { platforms: [{ architecture, os }] },
  });

  function onPlatform(architecture: string, os: string, service: Partial<ServiceFields>): boolean {
    const description = makeNode({ id: 'n' }).description;
    if (description === undefined) return false;
    return fits({ description: { ...description, platform: { architecture, os } } }, service);
  }

  test('names of architectures are mapped, an empty field matches anything (S-E49)', () => {
    expect(onPlatform('x86_64', 'linux', platform('amd64', 'linux'))).toBe(true);
    expect(onPlatform('aarch64', 'windows', platform('arm64', ''))).toBe(true);
    expect(onPlatform('armv7l', 'linux', platform('', 'linux'))).toBe(true);
    expect(onPlatform('x86_64', 'windows', platform('amd64', 'linux'))).toBe(false);
    expect(onPlatform('armv7l', 'linux', platform('arm64', 'linux'))).toBe(false);
    expect(onPlatform('AMD64', 'linux', platform('amd64', 'linux'))).toBe(false);
  });

  test('a node without a description has none (S-E49)', () => {
    const swarm = createSwarm((tx) => {
      const { description: _, ...node } = makeNode({ id: 'n' });
      tx.create('node', node);
    });
    swarm.write((tx) => {
      addPending(tx, addService(tx, { id: 'web', ...platform('amd64', 'linux') }), 1);
      addPending(tx, addService(tx, { id: 'any' }), 1);
    });
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (unsupported platform on 1 node)']);
    expect(placed(swarm, 'any')).toEqual({ n: 1 });
  });
});

describe('plugins', () => {
  const plugin = (type: string, name: string) => ({ type, name });
  const logTo = (name: string): Partial<ServiceFields> => ({ task: { logDriver: { name, options: [] } } });
  const mount = (driver: string): Partial<ServiceFields> => {
    const volume: Mount = {
      type: 'volume',
      source: 'v',
      target: '/v',
      readOnly: false,
      driver,
      options: [],
    };
    return { container: { mounts: [volume] } };
  };

  test('log drivers (S-E51)', () => {
    const journal = { plugins: [plugin('Log', 'json-file')] };
    expect(errors(schedule([{ id: 'a', ...journal }], logTo('fluentd'), 1), 'web')).toEqual([
      'no suitable node (missing plugin on 1 node)',
    ]);
    expect(fits({ plugins: [plugin('Volume', 'x')] }, logTo('fluentd'))).toBe(true);
    expect(fits(journal, logTo('json-file'))).toBe(true);
    expect(fits(journal, logTo(''))).toBe(true);
    expect(fits(journal, logTo('none'))).toBe(true);
  });

  test('volume drivers (S-E52)', () => {
    expect(fits({ plugins: [plugin('Volume', 'nfsd:latest')] }, mount('nfsd'))).toBe(true);
    expect(fits({ plugins: [plugin('Volume', 'nfsd:1.0')] }, mount('nfsd'))).toBe(false);
    expect(fits({ plugins: [plugin('Network', 'nfsd')] }, mount('nfsd'))).toBe(false);
    expect(fits({}, mount('local'))).toBe(true);
  });

  test('network drivers (S-E53)', () => {
    const networks = [{ networkId: 'net', addresses: ['10.0.1.3/24'], aliases: [] }];
    const swarm = createSwarm((tx) => {
      tx.create('network', makeNetwork({ id: 'net' }));
      addNodes(tx, 'a');
      addPending(tx, addService(tx, { id: 'web' }), 1, { networks });
    });
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (missing plugin on 1 node)']);
    swarm.write((tx) => addNodes(tx, { id: 'b', plugins: [plugin('Network', 'overlay')] }));
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ b: 1 });
  });
});

describe('constraints', () => {
  test('one that does not parse switches all of them off; architectures are not mapped (S-E50)', () => {
    expect(fits({}, { placement: { constraints: ['node.id==x', 'node.id=y'] } })).toBe(true);
    expect(fits({}, { placement: { constraints: ['node.platform.arch==amd64'] } })).toBe(false);
  });
});

describe('verdicts', () => {
  test('name every filter that rejects a node, and rank the nodes', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'b', { id: 'c', availability: 'drain', ...small }, 'a');
      const web = addService(tx, {
        id: 'web',
        ...needsMemory,
        placement: { maxReplicas: 1, constraints: ['node.id!=c'] },
      });
      addRunning(tx, web, 'a', 1);
      addRunning(tx, addService(tx, { id: 'other' }), 'b', 2);
    });
    swarm.write((tx) => {
      const web = swarm.store.get('service', 'web');
      if (web !== undefined) addPending(tx, web, 1, { state: TaskState.New });
    });
    const task = swarm.store.get('task', 'web.0.0001');
    if (task === undefined) throw new Error('no task');
    expect(judgeNodes(swarm.state(), task, swarm.store, swarm.now())).toEqual([
      {
        nodeId: 'c',
        failing: ['ready', 'resources', 'constraints'],
        rank: { failures: 0, serviceTasks: 0, totalTasks: 0 },
      },
      { nodeId: 'b', failing: [], rank: { failures: 0, serviceTasks: 0, totalTasks: 2 } },
      { nodeId: 'a', failing: ['max replicas'], rank: { failures: 0, serviceTasks: 1, totalTasks: 1 } },
    ]);
  });
});
