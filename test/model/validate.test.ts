import { describe, expect, test } from 'vitest';
import {
  clusterSpec,
  fileSpec,
  networkSpec,
  portConfig,
  type ServiceRequest,
  serviceSpec,
} from '../../src/model/defaults.ts';
import { hour, microsecond, millisecond } from '../../src/model/duration.ts';
import { CallFailure } from '../../src/model/failure.ts';
import type { HealthCheck, Mount, ServiceSpec } from '../../src/model/spec.ts';
import {
  validateClusterSpec,
  validateConfigSpec,
  validateNetworkSpec,
  validateSecretSpec,
  validateServiceSpec,
} from '../../src/model/validate.ts';

/** The code and text of the failure that `run` ends in; undefined when it succeeds. */
function failureOf(run: () => void): [code: string, message: string] | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CallFailure) return [error.code, error.message];
    throw error;
  }
  return undefined;
}

function service(parts: Partial<ServiceRequest> = {}): ServiceSpec {
  return serviceSpec({ name: 'web', image: 'nginx:1.25', ...parts });
}

const health: HealthCheck = {
  test: ['CMD', 'true'],
  interval: 0,
  timeout: 0,
  retries: 0,
  startPeriod: 0,
  startInterval: 0,
};

function mount(target: string): Mount {
  return { type: 'volume', source: '', target, readOnly: false, driver: '', options: [] };
}

function file(name: string, target: string) {
  return { id: `id-of-${name}`, name, target, uid: '0', gid: '0', mode: 0o444 };
}

const published = (publishedPort: number, publishMode: 'ingress' | 'host' = 'ingress') =>
  portConfig({ targetPort: 80, publishedPort, publishMode });

/** One fault a row, in the order in which they are looked for (orchestration reference, section 8). */
const faults: readonly (readonly [Partial<ServiceRequest>, code: string, message: string])[] = [
  [{ name: '' }, 'InvalidArgument', 'meta: name must be provided'],
  [{ name: 'a.b' }, 'InvalidArgument', 'name must be valid as a DNS name component'],
  [{ name: `${'a'.repeat(64)}` }, 'InvalidArgument', 'name must be 63 characters or fewer'],
  [{ limits: { nanoCpus: 500_000 } }, 'InvalidArgument', 'invalid cpu value 0.0005: Must be at least 0.001'],
  [
    { limits: { memoryBytes: 4_194_303 } },
    'InvalidArgument',
    'invalid memory value 4194303: Must be at least 4MiB',
  ],
  [
    { reservations: { nanoCpus: 50_000 } },
    'InvalidArgument',
    'invalid cpu value 5e-05: Must be at least 0.001',
  ],
  [
    { reservations: { memoryBytes: -1 } },
    'InvalidArgument',
    'invalid memory value -1: Must be at least 4MiB',
  ],
  [{ restart: { delay: -1 } }, 'InvalidArgument', 'TaskSpec: restart-delay cannot be negative'],
  [{ restart: { window: -1 } }, 'InvalidArgument', 'TaskSpec: restart-window cannot be negative'],
  [{ placement: { constraints: ['node.role'] } }, 'Unknown', 'constraint expected one operator from ==, !='],
  [
    { container: { secrets: [{ ...file('s', '/s'), id: '' }] } },
    'InvalidArgument',
    'malformed secret reference',
  ],
  [
    { container: { configs: [file('a', '/x'), file('b', '/x')] } },
    'InvalidArgument',
    "config references 'a' and 'b' have a conflicting target: '/x'",
  ],
  [{ image: '' }, 'InvalidArgument', 'ContainerSpec: image reference must be provided'],
  [{ image: 'Bad:Img:x' }, 'InvalidArgument', 'ContainerSpec: "Bad:Img:x" is not a valid repository/tag'],
  [
    { container: { mounts: [mount('/x'), mount('/y'), mount('/x')] } },
    'InvalidArgument',
    'ContainerSpec: duplicate mount point: /x',
  ],
  [
    { container: { healthCheck: { ...health, interval: 999 * microsecond } } },
    'InvalidArgument',
    'ContainerSpec: Interval in HealthConfig cannot be less than 1ms',
  ],
  [
    { container: { healthCheck: { ...health, startInterval: -1, retries: -1 } } },
    'InvalidArgument',
    'ContainerSpec: StartInterval in HealthConfig cannot be less than 1ms',
  ],
  [
    { container: { healthCheck: { ...health, retries: -1 } } },
    'InvalidArgument',
    'ContainerSpec: Retries in HealthConfig cannot be negative',
  ],
  [
    { mode: { kind: 'replicated', replicas: -1 } },
    'InvalidArgument',
    'Number of replicas must be non-negative',
  ],
  [
    { mode: { kind: 'replicated-job', maxConcurrent: -1, totalCompletions: -1 } },
    'InvalidArgument',
    'Maximum concurrent jobs must not be negative',
  ],
  [
    { mode: { kind: 'replicated-job', maxConcurrent: 0, totalCompletions: -1 } },
    'InvalidArgument',
    'Total completed jobs must not be negative',
  ],
  [{ update: { delay: -1 } }, 'InvalidArgument', 'TaskSpec: update-delay cannot be negative'],
  [{ update: { monitor: -1 } }, 'InvalidArgument', 'TaskSpec: update-monitor cannot be negative'],
  [
    { update: { maxFailureRatio: 1.5 } },
    'InvalidArgument',
    'TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1',
  ],
  [
    { endpoint: { mode: 'dnsrr', ports: [published(80)] } },
    'InvalidArgument',
    "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
  ],
  [
    { endpoint: { ports: [published(80), published(80, 'host')] } },
    'InvalidArgument',
    'EndpointSpec: duplicate published ports provided',
  ],
];

describe('a service spec', () => {
  test.each(faults)('%o is refused', (parts, code, message) => {
    expect(failureOf(() => validateServiceSpec(service(parts)))).toEqual([code, message]);
  });

  test('of two faults the one that is looked for first is told', () => {
    for (const [place, [parts, code, message]] of faults.entries()) {
      for (const [later] of faults.slice(place + 1)) {
        // Faults in one block hide each other; only those in different blocks can stand together.
        if (Object.keys(later).some((key) => key in parts)) continue;
        expect(failureOf(() => validateServiceSpec(service({ ...later, ...parts })))).toEqual([
          code,
          message,
        ]);
      }
    }
  });

  test.each<Partial<ServiceRequest>>([
    {},
    { name: 'a'.repeat(63) },
    { name: '0-_a' },
    { limits: { nanoCpus: 1_000_000, memoryBytes: 4_194_304 } },
    { limits: { nanoCpus: 1_000_000 }, reservations: { nanoCpus: 2_000_000_000 } },
    { reservations: { generic: [{ kind: 'fpga', named: 'x' }] } },
    { placement: { constraints: ['node.foo == 1'] } },
    { container: { healthCheck: { ...health, interval: millisecond } } },
    { container: { secrets: [file('a', '/x')], configs: [file('b', '/x')] } },
    { mode: { kind: 'replicated', replicas: 0 } },
    { mode: { kind: 'global' } },
    { mode: { kind: 'global-job' } },
    { update: { parallelism: 0, maxFailureRatio: 1 } },
    { endpoint: { mode: 'dnsrr', ports: [published(80, 'host')] } },
    { endpoint: { ports: [published(0), published(0)] } },
    { endpoint: { ports: [published(53), { ...published(53), protocol: 'udp' }] } },
  ])('%o is accepted', (parts) => {
    expect(failureOf(() => validateServiceSpec(service(parts)))).toBeUndefined();
  });

  test('nobody looks at the rollback block (O-E15)', () => {
    const rollback = { maxFailureRatio: 7, delay: -1 };
    expect(failureOf(() => validateServiceSpec(service({ rollback })))).toBeUndefined();
  });

  test.each<ServiceSpec['mode']>([
    { kind: 'global-job' },
    { kind: 'replicated-job', maxConcurrent: 1, totalCompletions: 1 },
  ])('a job may not have an update block: $kind', (mode) => {
    expect(failureOf(() => validateServiceSpec(service({ mode, update: {} })))).toEqual([
      'InvalidArgument',
      'Jobs may not have an update config',
    ]);
  });
});

describe('a network spec', () => {
  const pool = { subnet: '10.1.0.0/24', gateway: '10.1.0.1' };

  test.each([
    [
      { ingress: true, driver: 'macvlan' },
      'Unimplemented',
      'only overlay driver is currently supported for ingress network',
    ],
    [{ ingress: true, attachable: true }, 'InvalidArgument', 'ingress network cannot be attachable'],
    [{ name: '' }, 'InvalidArgument', 'meta: name must be provided'],
    [
      { labels: [['com.docker.swarm.predefined', 'true'] as const] },
      'PermissionDenied',
      'label com.docker.swarm.predefined is for internally created predefined networks and cannot be applied by users',
    ],
    [{ subnets: [{ subnet: '', gateway: '' }] }, 'InvalidArgument', 'ipam configuration: cannot be empty'],
    [
      { subnets: [pool, { ...pool, subnet: '10.1' }] },
      'InvalidArgument',
      'ipam configuration: invalid subnet 10.1',
    ],
    [{ subnets: [{ ...pool, gateway: 'x' }] }, 'InvalidArgument', 'ipam configuration: invalid gateway x'],
    [
      { subnets: [{ ...pool, gateway: '10.2.0.1' }] },
      'InvalidArgument',
      'ipam configuration: subnet 10.1.0.0/24 does not contain gateway 10.2.0.1',
    ],
  ])('%o is refused (R-A18)', (parts, code, message) => {
    expect(failureOf(() => validateNetworkSpec(networkSpec({ name: 'back', ...parts })))).toEqual([
      code,
      message,
    ]);
  });

  test.each([{}, { ingress: true }, { subnets: [pool] }, { subnets: [{ ...pool, gateway: '' }] }])(
    '%o is accepted',
    (parts) => {
      expect(failureOf(() => validateNetworkSpec(networkSpec({ name: 'back', ...parts })))).toBeUndefined();
    },
  );
});

describe('configs and secrets', () => {
  const invalidName =
    'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]';
  const bytes = (size: number) => Buffer.alloc(size).toString('base64');

  test.each([
    ['', 'name must be provided'],
    ['a'.repeat(65), invalidName],
    ['.a', invalidName],
    ['a-', invalidName],
    ['a b', invalidName],
  ])('the name %s is refused', (name, message) => {
    const spec = fileSpec({ name, data: bytes(1) });
    expect(failureOf(() => validateSecretSpec(spec))).toEqual(['InvalidArgument', message]);
    expect(failureOf(() => validateConfigSpec(spec))).toEqual(['InvalidArgument', message]);
  });

  test.each([
    [validateSecretSpec, 'secret', 512_000],
    [validateConfigSpec, 'config', 1_024_000],
  ] as const)('data is larger than nothing and smaller than the limit: %o', (validate, kind, limit) => {
    const sizes = [0, limit, limit + 1];
    for (const size of sizes) {
      expect(failureOf(() => validate(fileSpec({ name: 'a', data: bytes(size) })))).toEqual([
        'InvalidArgument',
        `${kind} data must be larger than 0 and less than ${limit} bytes`,
      ]);
    }
    for (const size of [1, 2, 3, limit - 1]) {
      expect(failureOf(() => validate(fileSpec({ name: 'a.b_c-d', data: bytes(size) })))).toBeUndefined();
    }
  });
});

test.each([
  [{ certificateExpiry: hour - 1 }, 'minimum certificate expiry time is: 1h0m0s'],
  [{ dispatcherHeartbeat: -1 }, 'heartbeat time period cannot be a negative duration'],
  [{ name: 'other' }, 'modification of cluster name is not allowed'],
])('the cluster spec %o is refused (R-R214)', (parts, message) => {
  expect(failureOf(() => validateClusterSpec(clusterSpec(parts), clusterSpec()))).toEqual([
    'InvalidArgument',
    message,
  ]);
});

test('a cluster may keep its history without end (R-O26)', () => {
  const spec = clusterSpec({ taskHistoryLimit: -1, certificateExpiry: hour, dispatcherHeartbeat: 0 });
  expect(failureOf(() => validateClusterSpec(spec, clusterSpec()))).toBeUndefined();
});
