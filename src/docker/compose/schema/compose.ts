// The compose file format, versions 3.0 to 3.13: what may stand where.

import {
  duration,
  extensions,
  integer,
  list,
  mapping,
  mappingOf,
  number,
  oneOf,
  type Rule,
  since,
  text,
  texts,
  truth,
  unique,
  until,
} from './rule.ts';

const name = /^[a-zA-Z0-9._-]+$/;
const open = { patterns: [extensions] } as const;

const textOrTexts = oneOf(text, texts);
const textOrList = oneOf(text, list(text));
/** `{KEY: value}`, or `[KEY=value]`. */
const pairs = oneOf(
  { types: ['object'], patterns: [[/.+/, { types: ['string', 'number', 'null'] }]], closed: true },
  texts,
);
const options = (types: Rule['types']): Rule => ({
  types: ['object'],
  patterns: [[/^.+$/, { ...(types && { types }) }]],
});
const driverOptions = options(['string', 'number']);

/** A mapping that may have other keys too. */
const loose = (keys: Readonly<Record<string, Rule>>): Rule => ({
  types: ['object'],
  keys: new Map(Object.entries(keys)),
});

const buildKeys = {
  context: text,
  dockerfile: text,
  args: pairs,
  labels: since(3, pairs),
  cache_from: since(2, texts),
  network: since(4, text),
  target: since(4, text),
  shm_size: since(5, { types: ['integer', 'string'] }),
  extra_hosts: since(9, pairs),
} as const;
const build = oneOf(text, until(10, mapping(buildKeys)), since(10, loose(buildKeys)));

const file = oneOf(text, loose({ source: text, target: text, uid: text, gid: text, mode: number }));

const healthcheck = mapping({
  disable: truth,
  interval: duration,
  retries: number,
  test: textOrList,
  timeout: duration,
  start_period: since(4, duration),
  start_interval: since(12, duration),
});

const updateConfig = {
  parallelism: integer,
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: number,
} as const;
const order: Rule = { types: ['string'], words: ['start-first', 'stop-first'] };

const genericResources = list(mapping({ discrete_resource_spec: mapping({ kind: text, value: number }) }));

const deploy: Rule = {
  ...mapping({
    mode: text,
    endpoint_mode: since(2, text),
    replicas: integer,
    labels: pairs,
    rollback_config: since(7, mapping({ ...updateConfig, order })),
    update_config: mapping({ ...updateConfig, order: since(4, order) }),
    resources: mapping({
      limits: mapping({ cpus: text, memory: text, pids: since(9, integer) }),
      reservations: mapping({ cpus: text, memory: text, generic_resources: since(5, genericResources) }),
    }),
    restart_policy: mapping({ condition: text, delay: duration, max_attempts: integer, window: duration }),
    placement: mapping({
      constraints: list(text),
      preferences: since(3, list(mapping({ spread: text }))),
      max_replicas_per_node: since(8, integer),
    }),
  }),
  types: ['object', 'null'],
};

const port = oneOf(
  until(2, { types: ['string', 'number'], format: 'ports' }),
  since(2, { types: ['number'], format: 'ports' }),
  since(2, { types: ['string'], format: 'ports' }),
  since(2, mapping({ mode: text, target: integer, published: integer, protocol: text })),
);

const volumeMount = oneOf(
  text,
  since(
    2,
    mapping(
      {
        type: text,
        source: text,
        target: text,
        read_only: truth,
        consistency: text,
        bind: loose({ propagation: text }),
        volume: loose({ nocopy: truth }),
        tmpfs: since(6, loose({ size: { types: ['integer'], minimum: 0 } })),
      },
      { required: ['type'] },
    ),
  ),
);

const serviceNetworks = oneOf(
  texts,
  mappingOf(
    name,
    oneOf(
      mapping({
        aliases: texts,
        ipv4_address: text,
        ipv6_address: text,
        driver_opts: since(13, driverOptions),
      }),
      { types: ['null'] },
    ),
  ),
);

const service = mapping(
  {
    build,
    cap_add: texts,
    cap_drop: texts,
    cgroupns_mode: since(9, text),
    cgroup_parent: text,
    command: textOrList,
    configs: since(3, list(file)),
    container_name: text,
    credential_spec: since(3, mapping({ config: since(8, text), file: text, registry: text })),
    depends_on: texts,
    deploy,
    devices: texts,
    dns: textOrTexts,
    dns_search: textOrTexts,
    domainname: text,
    entrypoint: textOrList,
    env_file: textOrTexts,
    environment: pairs,
    expose: unique({ types: ['string', 'number'] }),
    external_links: texts,
    extra_hosts: pairs,
    healthcheck,
    hostname: text,
    image: text,
    init: since(7, truth),
    ipc: text,
    isolation: since(5, text),
    labels: pairs,
    links: texts,
    logging: mapping({ driver: text, options: options(['string', 'number', 'null']) }),
    mac_address: text,
    network_mode: text,
    networks: serviceNetworks,
    oom_score_adj: since(13, integer),
    pid: { types: ['string', 'null'] },
    ports: unique(port),
    privileged: truth,
    read_only: truth,
    restart: text,
    secrets: since(1, list(file)),
    security_opt: texts,
    shm_size: { types: ['number', 'string'] },
    stdin_open: truth,
    stop_grace_period: duration,
    stop_signal: text,
    sysctls: pairs,
    tmpfs: textOrTexts,
    tty: truth,
    ulimits: {
      types: ['object'],
      patterns: [
        [
          /^[a-z]+$/,
          oneOf(integer, mapping({ hard: integer, soft: integer }, { required: ['soft', 'hard'] })),
        ],
      ],
    },
    user: text,
    userns_mode: text,
    volumes: list(volumeMount),
    working_dir: text,
  },
  open,
);

const externalName = mapping({ name: text });
const external: Rule = { ...externalName, types: ['boolean', 'object'] };
const fileExternal: Rule = { ...loose({ name: text }), types: ['boolean', 'object'] };

const network: Rule = {
  ...mapping(
    {
      name: since(5, text),
      driver: text,
      driver_opts: driverOptions,
      ipam: mapping({ driver: text, config: list(mapping({ subnet: text })) }),
      external,
      internal: truth,
      attachable: since(2, truth),
      labels: pairs,
    },
    open,
  ),
  types: ['object', 'null'],
};

const segments = list(loose({ segments: pairs }));
const clusterSpec = loose({
  group: text,
  access_mode: loose({
    scope: text,
    sharing: text,
    mount_volume: loose({ fs_type: text, mount_flags: list(text) }),
    block_volume: { types: ['object'] },
  }),
  accessibility_requirements: loose({ requisite: segments, preferred: segments }),
  capacity_range: loose({ required_bytes: text, limit_bytes: text }),
  availability: text,
});

const volume: Rule = {
  ...mapping(
    {
      name: since(4, text),
      driver: text,
      driver_opts: driverOptions,
      external,
      labels: pairs,
      'x-cluster-spec': since(10, clusterSpec),
    },
    open,
  ),
  types: ['object', 'null'],
};

const config = mapping(
  {
    name: since(5, text),
    file: text,
    external: fileExternal,
    labels: pairs,
    template_driver: since(8, text),
  },
  open,
);

const secret = mapping(
  {
    name: since(5, text),
    file: text,
    external: fileExternal,
    labels: pairs,
    driver: since(8, text),
    driver_opts: since(8, driverOptions),
    template_driver: since(8, text),
  },
  open,
);

export const composeFile: Rule = mapping(
  {
    version: text,
    services: mappingOf(name, service),
    networks: { types: ['object'], patterns: [[name, network]] },
    volumes: mappingOf(name, volume),
    secrets: since(1, mappingOf(name, secret)),
    configs: since(3, mappingOf(name, config)),
  },
  { patterns: [[/^x-/, { since: 4 }]] },
);
