// docker stack deploy

import type {
  Annotations,
  Info,
  Network,
  Secret,
  Service,
  ServiceSpec,
  Config as SwarmConfig,
} from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseImage } from '../../model/image.ts';
import { isOlder } from '../abilities.ts';
import { abilitiesOf, type Client, fetchJson, postJson, send } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import type { Config } from '../compose/config.ts';
import { convertConfigs, convertSecrets, fileRequests, objectName } from '../compose/convert/file-objects.ts';
import { imageLabel, isPredefined, stackFilters } from '../compose/convert/namespace.ts';
import { convertNetworks } from '../compose/convert/networks.ts';
import { convertService } from '../compose/convert/service.ts';
import { loadConfig, RefusedKeys, readComposeFiles } from '../compose/files.ts';
import { partAt, partsAt, textAt } from '../compose/read.ts';
import { checkStackName, composeFileFlag, orchestratorFlag, warner } from '../compose/stack.ts';
import type { Mapping } from '../compose/value.ts';
import { deprecatedKeys, explainKeys, unsupportedKeys } from '../compose/warnings.ts';
import { CommandFailure, DaemonError, failureText } from '../failure.ts';
import { encodeFilters } from '../filters.ts';
import { bool, string } from '../flag.ts';
import type { DockerHost } from '../process.ts';
import { registryAuth } from '../service/auth.ts';
import { waitOnService } from '../service/progress.ts';
import { resolveConfigs, resolveSecrets } from '../service/references.ts';
import { createService, updateService } from '../service/requests.ts';
import { firstWithConfigs, named, removeAll } from './stack-rm.ts';

export const stackDeploy: Command = {
  name: 'deploy',
  aliases: ['up'],
  usage: '[OPTIONS] STACK',
  short: 'Deploy a new stack or update an existing stack',
  spellings: 'docker stack deploy, docker stack up',
  arity: exactly(1),
  handlesInterrupt: true,
  flags: [
    orchestratorFlag,
    composeFileFlag,
    {
      name: 'detach',
      shorthand: 'd',
      kind: bool,
      usage: 'Exit immediately instead of waiting for the stack services to converge',
      initial: 'true',
    },
    {
      name: 'prune',
      kind: bool,
      usage: 'Prune services that are no longer referenced',
      version: '1.27',
    },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Suppress progress output' },
    {
      name: 'resolve-image',
      kind: string,
      usage:
        'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
      initial: 'always',
      version: '1.30',
    },
    {
      name: 'with-registry-auth',
      kind: bool,
      usage: 'Send registry authentication details to Swarm agents',
    },
  ],
  run,
};

/** Before it, digests are not looked up. */
const firstWithDigests = '1.30';
const firstWithSecrets = '1.25';
/** Before it, a service has its networks beside its tasks' spec, not in it. */
const firstWithTaskNetworks = '1.29';
/** Before it, an engine was told to let no two networks have one name. */
const firstWithUniqueNetworks = '1.44';

/** One deployment under way. */
interface Deployment {
  readonly stack: string;
  /** Of the API. */
  readonly version: string;
  readonly config: Config;
  readonly client: Client;
  readonly host: DockerHost;
}

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const [stack = ''] = args;
  checkStackName(stack);
  const config = loadStack(flags.slice('compose-file'), host);
  const resolve = flags.text('resolve-image');
  if (!['always', 'changed', 'never'].includes(resolve)) {
    throw new CommandFailure(`Invalid option ${resolve} for flag --resolve-image`);
  }
  const { version } = yield* abilitiesOf(client);
  if (flags.on('detach') && !flags.changed('detach')) {
    host.err(
      'Since --detach=false was not specified, tasks will be created in the background.\n' +
        'In a future release, --detach=false will become the default.\n',
    );
  }
  yield* checkManager(client);
  const deployment = { stack, version, config, client, host };
  if (flags.on('prune')) yield* prune(deployment);
  yield* createNetworks(deployment);
  yield* storeSecrets(deployment);
  yield* storeConfigs(deployment);
  const ids = yield* deployServices(
    deployment,
    isOlder(version, firstWithDigests) ? 'never' : resolve,
    flags.on('with-registry-auth'),
  );
  if (!flags.on('detach')) yield* waitOnServices(ids, flags.on('quiet'), client, host);
  return 0;
}

/** @throws CommandFailure */
function loadStack(names: readonly string[], host: DockerHost): Config {
  const files = readComposeFiles(names, host);
  const contents = files.files.map(({ content }) => content);
  let config: Config;
  try {
    config = loadConfig(files, host, false, warner(host));
  } catch (error) {
    if (!(error instanceof RefusedKeys)) throw error;
    throw new CommandFailure(`Compose file contains unsupported options:\n\n${explainKeys(error.reasons)}\n`);
  }
  const unsupported = unsupportedKeys(contents);
  if (unsupported.length > 0) host.err(`Ignoring unsupported options: ${unsupported.join(', ')}\n\n`);
  const deprecated = deprecatedKeys(contents);
  if (deprecated.size > 0) host.err(`Ignoring deprecated options:\n\n${explainKeys(deprecated)}\n\n`);
  for (const [key, service] of config.services) checkImage(key, textAt(service, 'image'));
  return config;
}

function checkImage(key: string, image: string): void {
  const why = image === '' ? 'no image specified' : imageProblem(image);
  if (why !== undefined) throw new CommandFailure(`invalid image reference for service ${key}: ${why}`);
}

function imageProblem(image: string): string | undefined {
  try {
    parseImage(image);
    return undefined;
  } catch (error) {
    if (error instanceof ParseFailure) return error.message;
    throw error;
  }
}

function* checkManager(client: Client): Fiber<void> {
  const info = yield* fetchJson<Info>(client, '/info');
  if (info.Swarm.ControlAvailable) return;
  throw new CommandFailure(
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again',
  );
}

/** What fails here is told and stops nothing. */
function* prune({ stack, config, client, host }: Deployment): Fiber<void> {
  let services: readonly Service[] = [];
  try {
    services = yield* stackServices(client, stack);
  } catch (error) {
    host.err(`Failed to list services: ${failureText(error)}\n`);
  }
  const prefix = `${stack}_`;
  const gone = services
    .map(named)
    .filter(({ name }) => !config.services.has(name.startsWith(prefix) ? name.slice(prefix.length) : name));
  yield* removeAll('service', gone, client, host);
}

function* stackServices(client: Client, stack: string): Fiber<readonly Service[]> {
  return yield* fetchJson(client, '/services', { filters: encodeFilters(stackFilters(stack)) });
}

/** Networks that are there stay as they are. */
function* createNetworks({ stack, version, config, client, host }: Deployment): Fiber<void> {
  const { own, external } = convertNetworks(stack, config);
  for (const name of external) {
    if (!isPredefined(name)) yield* checkExternal(name, client);
  }
  const filters = encodeFilters(stackFilters(stack));
  const check = isOlder(version, firstWithUniqueNetworks);
  const existing = yield* fetchJson<readonly Network[]>(client, '/networks', { filters });
  for (const network of own) {
    if (existing.some(({ Name }) => Name === network.Name)) continue;
    host.out(`Creating network ${network.Name}\n`);
    yield* explaining(`failed to create network ${network.Name}`, () =>
      postJson(client, '/networks/create', { ...network, ...(check && { CheckDuplicate: true }) }),
    );
  }
}

function* checkExternal(name: string, client: Client): Fiber<void> {
  let scope: string;
  try {
    scope = (yield* fetchJson<Network>(client, `/networks/${name}`)).Scope;
  } catch (error) {
    if (!(error instanceof DaemonError) || error.status !== 404) throw error;
    throw new CommandFailure(
      `network "${name}" is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed`,
    );
  }
  if (scope === 'swarm') return;
  throw new CommandFailure(
    `network "${name}" is declared as external, but it is not in the right scope: "${scope}" instead of "swarm"`,
  );
}

function* storeSecrets(deployment: Deployment): Fiber<void> {
  const { stack, config, host } = deployment;
  for (const spec of convertSecrets(stack, config.secrets, host)) yield* store('secret', spec, deployment);
}

function* storeConfigs(deployment: Deployment): Fiber<void> {
  const { stack, config, host } = deployment;
  for (const spec of convertConfigs(stack, config.configs, host)) yield* store('config', spec, deployment);
}

/** One that is there is updated: its labels may have changed. */
function* store(
  kind: 'secret' | 'config',
  spec: Annotations,
  { version, client, host }: Deployment,
): Fiber<void> {
  const needed = kind === 'secret' ? firstWithSecrets : firstWithConfigs;
  if (isOlder(version, needed)) {
    throw new CommandFailure(
      `"${kind} inspect" requires API version ${needed}, but the Docker daemon API version is ${version}`,
    );
  }
  const { Name: name = '' } = spec;
  let existing: Secret | SwarmConfig | undefined;
  try {
    existing = yield* fetchJson<Secret | SwarmConfig>(client, `/${kind}s/${name}`);
  } catch (error) {
    if (!(error instanceof DaemonError) || error.status !== 404) throw error;
  }
  if (existing === undefined) {
    host.out(`Creating ${kind} ${name}\n`);
    yield* explaining(`failed to create ${kind} ${name}`, () => postJson(client, `/${kind}s/create`, spec));
    return;
  }
  const path = `/${kind}s/${existing.ID}/update`;
  const query = { version: String(existing.Version.Index ?? 0) };
  yield* explaining(`failed to update ${kind} ${name}`, () =>
    send(client, { method: 'POST', path, query, body: spec }),
  );
}

/** @throws CommandFailure whose text says first what failed */
function* explaining<R>(what: string, act: () => Fiber<R>): Fiber<R> {
  try {
    return yield* act();
  } catch (error) {
    throw new CommandFailure(`${what}: ${failureText(error)}`);
  }
}

/** @returns identifiers */
function* deployServices(
  deployment: Deployment,
  resolve: string,
  withAuth: boolean,
): Fiber<readonly string[]> {
  const { stack, version, config, client, host } = deployment;
  const specs: ServiceSpec[] = [];
  for (const key of config.services.keys()) {
    const spec = yield* specOf(deployment, key);
    specs.push(isOlder(version, firstWithTaskNetworks) ? withNetworksBeside(spec) : spec);
  }
  const existing = yield* stackServices(client, stack);
  const ids: string[] = [];
  for (const spec of specs) {
    const name = spec.Name ?? '';
    const image = spec.TaskTemplate.ContainerSpec?.Image ?? '';
    const auth = withAuth ? registryAuth(image, host.config) : undefined;
    const service = existing.find(({ Spec }) => Spec.Name === name);
    if (service === undefined) {
      host.out(`Creating service ${name}\n`);
      const created = yield* explaining(`failed to create service ${name}`, () =>
        createService(client, spec, { auth, query: resolve !== 'never' }),
      );
      ids.push(created.id);
      continue;
    }
    host.out(`Updating service ${name} (id: ${service.ID})\n`);
    // An image that has not changed keeps what a registry once said of it, or its tasks would be started anew.
    const same = service.Spec.Labels?.[imageLabel] === image;
    const known = service.Spec.TaskTemplate.ContainerSpec?.Image;
    const task = spec.TaskTemplate;
    const keep = resolve !== 'always' && same && known !== undefined;
    const sent = {
      ...spec,
      TaskTemplate: {
        ...task,
        ContainerSpec: { ...task.ContainerSpec, ...(keep && { Image: known }) },
        ForceUpdate: service.Spec.TaskTemplate.ForceUpdate,
      },
    };
    const query = resolve === 'always' || (resolve === 'changed' && !same);
    const target = { id: service.ID, version: service.Version.Index ?? 0 };
    const warnings = yield* explaining(`failed to update service ${name}`, () =>
      updateService(client, target, sent, { auth, query }),
    );
    for (const warning of warnings) host.err(`${warning}\n`);
    ids.push(service.ID);
  }
  return ids;
}

function* specOf({ stack, config, client }: Deployment, key: string): Fiber<ServiceSpec> {
  const service: Mapping = config.services.get(key) ?? new Map();
  try {
    const secrets = yield* resolveSecrets(
      client,
      fileRequests('secret', stack, partsAt(service, 'secrets'), config.secrets),
    );
    const requests = fileRequests('config', stack, partsAt(service, 'configs'), config.configs);
    // A config that only the runtime reads.
    const credential = textAt(partAt(service, 'credential_spec') ?? new Map(), 'config');
    const runtime =
      credential === '' ? [] : [{ name: objectName('config', stack, credential, config.configs) }];
    const configs = yield* resolveConfigs(client, [...requests, ...runtime]);
    return convertService(stack, key, config, {
      secrets: bySortedName(secrets, ({ SecretName }) => SecretName),
      configs: bySortedName(configs, ({ ConfigName }) => ConfigName),
    });
  } catch (error) {
    throw new CommandFailure(`service ${key}: ${failureText(error)}`);
  }
}

function withNetworksBeside(spec: ServiceSpec): ServiceSpec {
  const { Networks, ...task } = spec.TaskTemplate;
  return { ...spec, TaskTemplate: task, Networks };
}

function bySortedName<T>(references: readonly T[], nameOf: (reference: T) => string): readonly T[] {
  return [...references].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
}

/** One after the other; what fails is told at the end. */
function* waitOnServices(
  ids: readonly string[],
  quiet: boolean,
  client: Client,
  host: DockerHost,
): Fiber<void> {
  const failures: string[] = [];
  for (const id of ids) {
    try {
      yield* waitOnService(client, id, quiet, host);
      // Ctrl-C ends the waiting for all.
      if (host.interrupted()) break;
    } catch (error) {
      failures.push(`${id}: ${failureText(error)}`);
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
}
