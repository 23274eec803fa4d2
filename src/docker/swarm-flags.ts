// The kinds of flags that commands of the swarm itself have: addresses, certificates, pools, external authorities.

import type { ExternalCa } from '../engine/api.ts';
import { ParseFailure } from '../model/failure.ts';
import { parseCidr } from '../model/ip.ts';
import { quote } from '../model/quote.ts';
import { duration, type Flag, int, type Kind, uint } from './flag.ts';
import { type DockerHost, FileError } from './process.ts';
import { readFields, readRecord } from './record.ts';

const defaultListenAddress = '0.0.0.0:2377';

export const nodeAddress: Kind = { name: 'node-addr', check: readListenAddress };

/** An address with the default host and port where it has none. @throws ParseFailure */
export function readListenAddress(given: string): string {
  const address = given.replace(/^tcp:\/\//, '');
  if (address === '') return defaultListenAddress;
  const [bad] = /[\s"<>\\^`{|}]/.exec(address) ?? [];
  if (bad !== undefined) {
    throw new ParseFailure(
      `parse ${quote(`tcp://${address}`)}: invalid character ${quote(bad)} in host name`,
    );
  }
  const [, host = '', port = '', path = ''] = /^(\[[^\]]*\]|[^:/]*)(?::([^/]*))?(\/.*)?$/.exec(address) ?? [];
  const [, rest = ''] = /^(?:\[[^\]]*\]|[^:/]*)(:[^/]*)?/.exec(address) ?? [];
  if (!/^(?::[0-9]*)?$/.test(rest)) {
    const shown = rest.slice(rest.lastIndexOf(':'));
    throw new ParseFailure(`parse ${quote(`tcp://${address}`)}: invalid port ${quote(shown)} after host`);
  }
  if (host.startsWith('[') && port === '') throw new ParseFailure(`invalid bind address format: ${given}`);
  return `${host === '' ? '0.0.0.0' : host}:${port === '' ? '2377' : port}${path}`;
}

export const pemFile: Kind = {
  name: 'pem-file',
  check: (path, host) => {
    if (!isPem(host.readFile(path))) throw new ParseFailure('file contents must be in PEM format');
  },
};

function isPem(contents: string): boolean {
  return /-----BEGIN ([^-\n]*)-----\n[\s\S]*-----END \1-----/.test(contents);
}

export const externalCa: Kind = { name: 'external-ca', check: readExternalCa };

/** `protocol=cfssl,url=https://...[,cacert=file]`. @throws ParseFailure */
export function readExternalCa(given: string, host: DockerHost): ExternalCa {
  const options = new Map<string, string>();
  let url: string | undefined;
  let protocol = '';
  let certificate = '';
  for (const field of readRecord(given)) {
    const at = field.indexOf('=');
    if (at < 0) throw new ParseFailure(`invalid field '${field}' must be a key=value pair`);
    const value = field.slice(at + 1);
    switch (field.slice(0, at).toLowerCase()) {
      case 'protocol':
        protocol = value.toLowerCase();
        if (protocol !== 'cfssl') throw new ParseFailure(`unrecognized external CA protocol ${value}`);
        break;
      case 'url':
        url = value;
        break;
      case 'cacert':
        certificate = readCertificate(value, host);
        break;
      default:
        options.set(field.slice(0, at), value);
    }
  }
  if (protocol === '') throw new ParseFailure('the external-ca option needs a protocol= parameter');
  if (url === undefined) throw new ParseFailure('the external-ca option needs a url= parameter');
  const more = options.size === 0 ? {} : { Options: Object.fromEntries(options) };
  return { Protocol: protocol, URL: url, ...more, CACert: certificate };
}

function readCertificate(path: string, host: DockerHost): string {
  try {
    const contents = host.readFile(path);
    if (isPem(contents)) return contents;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new ParseFailure(`unable to read CA cert for external CA: ${error.message}`);
  }
  throw new ParseFailure('CA cert for external CA must be in PEM format');
}

export const addressPools: Kind = {
  name: 'ipNetSlice',
  check: (given) => {
    readPools([given]);
  },
};

/** Networks in CIDR form, each with the host's part cut away; quotes do not count, nor do empty lines before them. @throws ParseFailure */
export function readPools(given: readonly string[]): string[] {
  const plain = given.map((text) => text.replace(/["'`]/g, '').replace(/^(?:\r?\n)+/, ''));
  return plain.flatMap(readFields).map((pool) => readPool(pool.trim()));
}

/** What IPv4 addresses begin with among the others. */
const mappedPrefix: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function readPool(pool: string): string {
  const cidr = parseCidr(pool);
  if (cidr === undefined) throw new ParseFailure(`invalid string being converted to CIDR: ${pool}`);
  const bytes = cidr.ip.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, cidr.prefix - i * 8))));
  const isMapped = cidr.prefix >= 96 && mappedPrefix.every((byte, i) => bytes[i] === byte);
  if (isMapped) return `${bytes.slice(12).join('.')}/${cidr.prefix - 96}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0));
  return `${writeIpv6(groups)}/${cidr.prefix}`;
}

/** With the longest run of zeros left out, the first of those that are equally long. */
function writeIpv6(groups: readonly number[]): string {
  let best = { at: 0, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    const end = groups.findIndex((group, index) => index >= at && group !== 0);
    const length = (end < 0 ? groups.length : end) - at;
    if (length > best.length) best = { at, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(':');
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`;
}

/** What `swarm init` and `swarm update` can both set. */
export const specFlags: readonly Flag[] = [
  {
    name: 'cert-expiry',
    kind: duration,
    usage: 'Validity period for node certificates (ns|us|ms|s|m|h)',
    initial: '2160h0m0s',
  },
  {
    name: 'dispatcher-heartbeat',
    kind: duration,
    usage: 'Dispatcher heartbeat period (ns|us|ms|s|m|h)',
    initial: '5s',
  },
  {
    name: 'external-ca',
    kind: externalCa,
    usage: 'Specifications of one or more certificate signing endpoints',
  },
  {
    name: 'max-snapshots',
    kind: uint,
    usage: 'Number of additional Raft snapshots to retain',
    version: '1.25',
  },
  {
    name: 'snapshot-interval',
    kind: uint,
    usage: 'Number of log entries between Raft snapshots',
    initial: '10000',
    version: '1.25',
  },
  { name: 'task-history-limit', kind: int, usage: 'Task history retention limit', initial: '5' },
];
