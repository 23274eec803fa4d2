// The addresses that a new swarm's networks are made of, and the port their traffic takes.

import { defaultDataPathPort } from '../../model/defaults.ts';
import { parseCidr } from '../../model/ip.ts';
import { RequestFailure } from '../failure.ts';

const defaultSize = 24;
const smallestSubnet = 29;

/** @throws RequestFailure 500: these errors have no status of their own */
export function checkAddressPools(pools: readonly string[], subnetSize: number): void {
  if (pools.length === 0 && subnetSize === 0) return;
  const size = subnetSize === 0 ? defaultSize : subnetSize;
  if (size > smallestSubnet) throw new RequestFailure(500, `subnet size is out of range: ${size}`);
  for (const pool of pools) {
    const prefix = Number(/^[^/]*\/([0-9]{1,2})$/.exec(pool)?.[1]);
    if (parseCidr(pool) === undefined || !Number.isInteger(prefix)) {
      throw new RequestFailure(500, `invalid base pool ${pool}: invalid CIDR address: ${pool}`);
    }
    if (prefix > size) {
      throw new RequestFailure(
        500,
        `invalid CIDR: ${JSON.stringify(pool)}. Subnet size is too small for pool: ${size}`,
      );
    }
  }
}

/** The port, 0 standing for the ordinary one. @throws RequestFailure 500 */
export function dataPathPort(port: number): number {
  if (port === 0) return defaultDataPathPort;
  if (port >= 1_024 && port <= 49_151) return port;
  throw new RequestFailure(500, `Datapath port number is not in valid range (1024-49151) : ${port}`);
}
