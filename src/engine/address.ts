// Addresses that `swarm init` and `swarm join` are given. A machine has one interface, eth0, with one address, so nothing is ambiguous.

import { defaultListenPort } from '../model/defaults.ts';
import { parseIp } from '../model/ip.ts';
import { RequestFailure } from './failure.ts';

const interfaceName = 'eth0';

/** `host:port`, the port filled in. @throws RequestFailure 400 `invalid ListenAddr "": ...` */
export function sanitizeAddress(what: string, address: string): string {
  if (address === '') throw invalid(`invalid ${what} ${JSON.stringify(address)}: invalid empty address`);
  const plain = address.replace(/^tcp:\/\//, '');
  return /:[0-9]*$/.test(plain) ? plain : `${plain}:${defaultListenPort}`;
}

/** @throws RequestFailure 400 unless a machine with the address `own` can listen there */
export function checkListenAddress(address: string, own: string): void {
  const host = hostOf(address);
  if (host === undefined) throw invalid(`could not parse listen address ${address}`);
  if (host === interfaceName) return;
  if (parseIp(host) === undefined) {
    throw invalid('listen address must be an IP address or network interface (with optional port number)');
  }
  // A socket cannot be bound to what another machine has.
  if (host !== '0.0.0.0' && host !== own)
    throw invalid(`listen tcp ${address}: bind: cannot assign requested address`);
}

/** @throws RequestFailure 400 unless the machine is reached there */
export function checkAdvertiseAddress(address: string, own: string): void {
  if (address === '') return;
  const host = hostOf(address) ?? address;
  if (host === interfaceName) return;
  if (parseIp(host) === undefined || host === '0.0.0.0') {
    throw invalid(
      'advertise address must be a non-zero IP address or network interface (with optional port number)',
    );
  }
  if (host === own) return;
  throw invalid(
    "must specify a listening address because the address to advertise is not recognized as a system address, and a system's IP address to use could not be uniquely identified",
  );
}

/** @throws RequestFailure 400 */
export function checkDataPathAddress(address: string): void {
  if (address === '' || address === interfaceName) return;
  if (parseIp(address) !== undefined && address !== '0.0.0.0') return;
  throw invalid(
    'data path address must be a non-zero IP address or network interface (without a port number)',
  );
}

/** The host of `host:port`; undefined when there is no port. */
export function hostOf(address: string): string | undefined {
  return /^(.*):[0-9]*$/.exec(address)?.[1];
}

function invalid(message: string): RequestFailure {
  return new RequestFailure(400, message);
}
