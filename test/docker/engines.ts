// Engines that are not as the ordinary one: of other ages, in other states of the swarm, with other things to tell.

import type { Answer, EngineVariant } from './canned.ts';
import { info, leaderId, swarm } from './canned-objects.ts';

function told(part: object, more: object = {}): EngineVariant {
  return { answers: { 'GET /info': { body: { ...info, ...more, Swarm: { ...info.Swarm, ...part } } } } };
}

function refusal(status: number, message: string): Answer {
  return { status, body: { message } };
}

const inactive = {
  ...{ NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, RemoteManagers: null },
  ...{ Nodes: undefined, Managers: undefined, Cluster: undefined },
};
const noManager =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

const renewed = {
  ID: 'n1aaaaaaaaaaaaaaaaaaaaaaa',
  Description: { Hostname: 'node1', Platform: {}, Resources: {}, Engine: {}, TLSInfo: swarm.TLSInfo },
  Status: { State: 'ready' },
  Spec: {},
};

function withSwarm(part: object): EngineVariant {
  return { answers: { 'GET /swarm': { body: { ...swarm, ...part } } } };
}

const { Cluster: cluster } = info.Swarm;

export const engines: ReadonlyMap<string, EngineVariant> = new Map<string, EngineVariant>([
  ['of no version', { headers: { 'Api-Version': null } }],
  ...['1.52', '1.41', '1.20'].map((version): [string, EngineVariant] => [
    `of version ${version}`,
    { headers: { 'Api-Version': version } },
  ]),
  ['whose ping fails', { head: 500 }],
  ['whose ping fails, of version 1.41', { head: 500, headers: { 'Api-Version': '1.41' } }],
  ['that knows no HEAD', { head: 404 }],
  ['that knows no ping', { head: 404, get: 404 }],
  ['that knows no ping but its version', { head: 404, get: 404, headers: { 'Api-Version': '1.30' } }],
  ['with experiments', { headers: { 'Docker-Experimental': 'true' } }],
  ...['inactive', 'pending', 'error', 'locked', 'active/manager', 'active/worker', 'odd'].map(
    (state): [string, EngineVariant] => [`whose ping says ${state}`, { headers: { Swarm: state } }],
  ),
  [
    'in no swarm',
    {
      answers: {
        ...told(inactive).answers,
        'GET /nodes': refusal(503, noManager),
        'GET /swarm': refusal(503, 'not a manager '),
        'POST /swarm/leave': refusal(503, 'This node is not part of a swarm'),
      },
    },
  ],
  ['locked', told({ ...inactive, LocalNodeState: 'locked' })],
  [
    'locked with another key',
    {
      answers: {
        ...told({ ...inactive, LocalNodeState: 'locked' }).answers,
        'POST /swarm/unlock': refusal(401, 'invalid key string'),
      },
    },
  ],
  [
    'of a worker',
    told({ ControlAvailable: false, Cluster: undefined, Nodes: undefined, Managers: undefined }),
  ],
  ['that is joining', told({ LocalNodeState: 'pending' })],
  ['in error', told({ LocalNodeState: 'error', Error: 'rpc error' })],
  ['that says what is wrong', told({ Error: 'rpc error: x' })],
  [
    'with odd things to tell',
    told(
      {},
      {
        ...{ Debug: true, HttpProxy: 'http://p', NoProxy: 'a,b', Labels: null, ExperimentalBuild: true },
        ...{ LiveRestoreEnabled: true, Warnings: null, OSType: 'windows', Isolation: 'hyperv', Driver: '' },
        ...{ CDISpecDirs: [], SecurityOptions: ['apparmor'], MemTotal: 0, Runtimes: { b: { path: 'x' } } },
        RegistryConfig: {
          IndexConfigs: { a: { Name: 'a', Mirrors: ['m'], Secure: false, Official: false } },
          ...{ InsecureRegistryCIDRs: [], Mirrors: ['https://m/'] },
        },
        Plugins: { Volume: null, Network: [], Authorization: ['z'], Log: null },
      },
    ),
  ],
  [
    'with an authority of its own',
    told({
      Cluster: {
        ...cluster,
        Spec: {
          ...cluster.Spec,
          Orchestration: {},
          CAConfig: {
            ...{ NodeCertExpiry: 3_600_000_000_000, ForceRotate: 2 },
            ExternalCAs: [{ Protocol: 'cfssl', URL: 'https://x', CACert: '' }],
            SigningCACert: '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n',
          },
          Raft: { ElectionTick: 3, HeartbeatTick: 2 },
        },
      },
    }),
  ],
  ['whose nodes are all renewed', { answers: { 'GET /nodes': { body: [renewed] } } }],
  ['without certificates', withSwarm({ TLSInfo: {} })],
  ['with autolock', withSwarm({ Spec: { ...swarm.Spec, EncryptionConfig: { AutoLockManagers: true } } })],
  ['with an empty key', { answers: { 'GET /swarm/unlockkey': { body: { UnlockKey: '' } } } }],
  ['that keeps its key', { answers: { 'GET /swarm/unlockkey': refusal(503, 'no key') } }],
  [
    'with several addresses',
    {
      answers: { 'POST /swarm/init': refusal(400, 'could not choose an IP address to advertise since ...') },
    },
  ],
  [
    'without addresses',
    { answers: { 'POST /swarm/init': refusal(400, "could not find the system's IP address") } },
  ],
  ['that answers in bare words', { answers: { 'POST /swarm/init': { body: 'abc' } } }],
  [
    'that is no manager yet',
    { answers: { [`GET /nodes/${leaderId}`]: { body: { ...renewed, ID: leaderId } } } },
  ],
  [
    'with nothing on it',
    {
      answers: {
        ...Object.fromEntries(
          ['nodes', 'configs', 'networks', 'tasks', 'containers/json', 'images/json'].map((kind) => [
            `GET /${kind}`,
            { body: [] },
          ]),
        ),
        'GET /secrets': { body: null },
        'GET /volumes': { body: { Volumes: null, Warnings: null } },
        'GET /events': { body: '' },
      },
    },
  ],
  [
    'whose pull fails on the way',
    {
      answers: {
        'POST /images/create': {
          body: '{"status":"Pulling","id":"x"}\r\n{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}\r\n',
        },
      },
    },
  ],
  ['without the image', { answers: { 'POST /images/create': refusal(404, 'pull access denied') } }],
  ['that knows nobody', { answers: { 'POST /auth': refusal(401, 'incorrect username or password') } }],
  ['that knows no such filter', { answers: { 'GET /events': refusal(400, "invalid filter 'x'") } }],
  [
    'with a container that starts',
    {
      answers: {
        'GET /events': {
          body: '{"status":"start","id":"abc","from":"nginx","Type":"container","Action":"start","Actor":{"ID":"abc","Attributes":{"image":"nginx","name":"x"}},"scope":"local","time":1795424242,"timeNano":1795424242000000000}\n',
        },
      },
    },
  ],
  [
    'that is not made of parts',
    {
      answers: {
        'GET /version': {
          body: {
            ...{
              Version: '20.10',
              ApiVersion: '1.41',
              MinAPIVersion: '1.12',
              GitCommit: 'x',
              GoVersion: 'go1',
            },
            ...{ Os: 'linux', Arch: 'arm64', BuildTime: '2020-01-02T03:04:05.000000000+00:00' },
          },
        },
      },
    },
  ],
  [
    'whose node says little',
    {
      answers: {
        'GET /nodes/node10': {
          body: {
            ...{
              ID: 'x',
              Version: {},
              CreatedAt: '2026-01-01T00:00:00Z',
              UpdatedAt: '2026-01-01T00:00:00.120Z',
            },
            ...{
              Spec: {},
              Description: { Platform: {}, Resources: {}, Engine: {}, TLSInfo: {} },
              Status: {},
            },
          },
        },
      },
    },
  ],
  [
    'of a later day',
    {
      answers: {
        'GET /nodes/node10': {
          body: {
            ...{ ID: 'x', Extra: 1, Spec: { Zed: 1, Labels: { b: '<&>' } }, Description: { Hostname: 'h' } },
            ...{ Status: { State: 'ready' }, CreatedAt: '2026-01-01T00:00:00.000Z' },
          },
        },
        'GET /configs/cfg10': {
          body: '{"Zed":1, "ID":"c",\n "Spec":{"Name":"n","Labels":{"<":"&"}}, "CreatedAt":"2026-01-01T00:00:00.100Z", "N": 1.50}',
        },
      },
    },
  ],
]);
