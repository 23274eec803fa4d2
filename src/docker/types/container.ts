// Go's type container.InspectResponse.

import {
  any,
  embed,
  field,
  int,
  int64,
  labels,
  map,
  optional,
  pointer,
  slice,
  struct,
  text,
  textType,
  truth,
} from './schema.ts';

const health = struct('container.Health', [
  field('Status', text),
  field('FailingStreak', int),
  field('Log', slice(any)),
]);

const state = struct('container.State', [
  field('Status', text),
  field('Running', truth),
  field('Paused', truth),
  field('Restarting', truth),
  field('OOMKilled', truth),
  field('Dead', truth),
  field('Pid', int),
  field('ExitCode', int),
  field('Error', text),
  field('StartedAt', text),
  field('FinishedAt', text),
  optional('Health', pointer(health)),
]);

const base = struct('container.ContainerJSONBase', [
  field('ID', text, 'Id'),
  field('Created', text),
  field('Path', text),
  field('Args', slice(text)),
  field('State', pointer(state)),
  field('Image', text),
  field('ResolvConfPath', text),
  field('HostnamePath', text),
  field('HostsPath', text),
  field('LogPath', text),
  field('Name', text),
  field('RestartCount', int),
  field('Driver', text),
  field('Platform', text),
  field('MountLabel', text),
  field('ProcessLabel', text),
  field('AppArmorProfile', text),
  field('ExecIDs', slice(text)),
  // Engines of a lab have none to tell.
  field('HostConfig', pointer(struct('container.HostConfig', []))),
  field('GraphDriver', struct('storage.DriverData', [field('Data', labels), field('Name', text)])),
  optional('SizeRw', pointer(int64)),
  optional('SizeRootFs', pointer(int64)),
]);

const mount = struct('container.MountPoint', [
  optional('Type', textType('mount.Type')),
  optional('Name', text),
  field('Source', text),
  field('Destination', text),
  optional('Driver', text),
  field('Mode', text),
  field('RW', truth),
  field('Propagation', textType('mount.Propagation')),
]);

const config = struct('container.Config', [
  field('Hostname', text),
  field('Domainname', text),
  field('User', text),
  field('AttachStdin', truth),
  field('AttachStdout', truth),
  field('AttachStderr', truth),
  optional('ExposedPorts', map(any)),
  field('Tty', truth),
  field('OpenStdin', truth),
  field('StdinOnce', truth),
  field('Env', slice(text)),
  field('Cmd', slice(text)),
  optional('Healthcheck', pointer(struct('v1.HealthcheckConfig', []))),
  optional('ArgsEscaped', truth),
  field('Image', text),
  field('Volumes', map(any)),
  field('WorkingDir', text),
  field('Entrypoint', slice(text)),
  optional('NetworkDisabled', truth),
  optional('MacAddress', text),
  field('OnBuild', slice(text)),
  field('Labels', labels),
  optional('StopSignal', text),
  optional('StopTimeout', pointer(int)),
  optional('Shell', slice(text)),
]);

const endpoint = struct('network.EndpointSettings', [
  field('IPAMConfig', pointer(struct('network.EndpointIPAMConfig', []))),
  field('Links', slice(text)),
  field('Aliases', slice(text)),
  field('MacAddress', text),
  field('DriverOpts', labels),
  field('GwPriority', int),
  field('NetworkID', text),
  field('EndpointID', text),
  field('Gateway', text),
  field('IPAddress', text),
  field('IPPrefixLen', int),
  field('IPv6Gateway', text),
  field('GlobalIPv6Address', text),
  field('GlobalIPv6PrefixLen', int),
  field('DNSNames', slice(text)),
]);

const networkSettings = struct('container.NetworkSettings', [
  embed(
    'NetworkSettingsBase',
    struct('container.NetworkSettingsBase', [
      field('Bridge', text),
      field('SandboxID', text),
      field('SandboxKey', text),
      field('Ports', map(any)),
      field('HairpinMode', truth),
      field('LinkLocalIPv6Address', text),
      field('LinkLocalIPv6PrefixLen', int),
      field('SecondaryIPAddresses', slice(any)),
      field('SecondaryIPv6Addresses', slice(any)),
    ]),
  ),
  embed(
    'DefaultNetworkSettings',
    struct('container.DefaultNetworkSettings', [
      field('EndpointID', text),
      field('Gateway', text),
      field('GlobalIPv6Address', text),
      field('GlobalIPv6PrefixLen', int),
      field('IPAddress', text),
      field('IPPrefixLen', int),
      field('IPv6Gateway', text),
      field('MacAddress', text),
    ]),
  ),
  field('Networks', map(pointer(endpoint))),
]);

export const container = struct('container.InspectResponse', [
  embed('ContainerJSONBase', base),
  field('Mounts', slice(mount)),
  field('Config', pointer(config)),
  field('NetworkSettings', pointer(networkSettings)),
  optional('ImageManifestDescriptor', pointer(any)),
]);
