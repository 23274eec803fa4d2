// docker swarm ca

import type { Node, Swarm, SwarmSpec, TlsInfo } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { millisecond } from '../../model/duration.ts';
import { type Client, fetchJson, fetchList } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool, duration } from '../flag.ts';
import type { Flags } from '../flags.ts';
import type { DockerHost } from '../process.ts';
import { sha256 } from '../sha256.ts';
import { externalCa, pemFile } from '../swarm-flags.ts';
import { externalCas, mergeAuthority, updateSwarm } from '../swarm-spec.ts';

export const swarmCa: Command = {
  name: 'ca',
  usage: '[OPTIONS]',
  short: 'Display and rotate the root CA',
  arity: noArguments,
  version: '1.30',
  swarm: 'manager',
  handlesInterrupt: true,
  flags: [
    {
      name: 'ca-cert',
      kind: pemFile,
      usage: 'Path to the PEM-formatted root CA certificate to use for the new cluster',
      version: '1.30',
    },
    {
      name: 'ca-key',
      kind: pemFile,
      usage: 'Path to the PEM-formatted root CA key to use for the new cluster',
      version: '1.30',
    },
    {
      name: 'cert-expiry',
      kind: duration,
      usage: 'Validity period for node certificates (ns|us|ms|s|m|h)',
      initial: '2160h0m0s',
      version: '1.30',
    },
    {
      name: 'detach',
      shorthand: 'd',
      kind: bool,
      usage: 'Exit immediately instead of waiting for the root rotation to converge',
      version: '1.30',
    },
    {
      name: 'external-ca',
      kind: externalCa,
      usage: 'Specifications of one or more certificate signing endpoints',
      version: '1.30',
    },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Suppress progress output', version: '1.30' },
    {
      name: 'rotate',
      kind: bool,
      usage: 'Rotate the swarm CA - if no certificate or key are provided, new ones will be generated',
      version: '1.30',
    },
  ],
  run,
};

/** Flags that mean nothing without `--rotate`, in the order in which docker complains. */
const rotationFlags = ['ca-cert', 'ca-key', 'cert-expiry', 'external-ca'] as const;
const pollPeriod = 200 * millisecond;

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const swarm = yield* fetchJson<Swarm>(client, '/swarm');
  if (!flags.on('rotate')) {
    const alone = rotationFlags.find((name) => flags.changed(name));
    if (alone !== undefined) {
      throw new CommandFailure(`\`--${alone}\` flag requires the \`--rotate\` flag to update the CA`);
    }
    host.out(trustRootText(swarm));
    return 0;
  }
  const spec: SwarmSpec = { ...swarm.Spec, CAConfig: rotatedAuthority(swarm.Spec, flags, host) };
  yield* updateSwarm(client, swarm.Version.Index, spec);
  if (flags.on('detach')) return 0;
  yield* waitForRotation(client, host, flags.on('quiet') ? () => {} : host.out);
  if (flags.on('quiet')) return 0;
  host.out(trustRootText(yield* fetchJson<Swarm>(client, '/swarm')));
  return 0;
}

function trustRootText({ TLSInfo: info }: Swarm): string {
  const root = (info.TrustRoot ?? '').trim();
  if (root === '') throw new CommandFailure('No CA information available');
  return `${root}\n`;
}

/** @throws CommandFailure */
function rotatedAuthority(spec: SwarmSpec, flags: Flags, host: DockerHost): SwarmSpec['CAConfig'] {
  const certificate = flags.changed('ca-cert') ? host.readFile(flags.text('ca-cert')) : '';
  const key = flags.changed('ca-key') ? host.readFile(flags.text('ca-key')) : '';
  if (flags.changed('external-ca') && certificate === '') {
    throw new CommandFailure(
      "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - to add an external CA with the current root CA certificate, use the `update` command instead",
    );
  }
  if (certificate !== '' && key === '' && !flags.changed('external-ca')) {
    throw new CommandFailure(
      'the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well',
    );
  }
  const merged = mergeAuthority(spec, flags, externalCas(flags, host, certificate));
  if (certificate === '' && key === '') return { ...merged, ForceRotate: (merged.ForceRotate ?? 0) + 1 };
  return { ...merged, SigningCACert: certificate || undefined, SigningCAKey: key || undefined };
}

/** Until every node has a certificate of the new authority, and trusts it alone. */
function* waitForRotation(client: Client, host: DockerHost, print: (text: string) => void): Fiber<void> {
  print('desired root digest: \n  rotated TLS certificates: \n  rotated CA certificates:  \n');
  let done = false;
  for (;;) {
    const swarm = yield* fetchJson<Swarm>(client, '/swarm');
    if (done) return;
    const nodes = yield* fetchList<Node>(client, '/nodes');
    print(`desired root digest: sha256:${sha256(swarm.TLSInfo.TrustRoot ?? '')}\n`);
    done =
      !swarm.RootRotationInProgress &&
      nodes.every(({ Description: { TLSInfo: info } }) => isOf(info, swarm.TLSInfo));
    yield* host.sleep(pollPeriod);
    if (!host.interrupted()) continue;
    if (!done) {
      print(
        'Operation continuing in background.\nUse `swarmctl cluster inspect default` to check progress.\n',
      );
    }
    return;
  }
}

function isOf(info: TlsInfo, desired: TlsInfo): boolean {
  return (
    info.CertIssuerPublicKey === desired.CertIssuerPublicKey &&
    info.CertIssuerSubject === desired.CertIssuerSubject &&
    info.TrustRoot === desired.TrustRoot
  );
}
