// Which engine this is, and which versions of the API it speaks.

import type { VersionResponse } from './api.ts';
import { RequestFailure } from './failure.ts';
import { configOf, type Engine } from './node.ts';
import { json, type Reply } from './route.ts';

export const engineVersion = '28.2.2';
/** The newest API version, and that of paths without one. */
export const apiVersion = '1.50';
const oldestApiVersion = '1.24';
const gitCommit = '45873be';
const goVersion = 'go1.24.3';
const buildTime = '2025-05-30T12:07:10.000000000+00:00';
export const kernelVersion = '6.8.0-60-generic';

/** @throws RequestFailure 400 for a version that is too new or too old */
export function checkVersion(version: string): void {
  if (compareVersions(version, oldestApiVersion) < 0) {
    throw new RequestFailure(
      400,
      `client version ${version} is too old. Minimum supported API version is ${oldestApiVersion}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, apiVersion) > 0) {
    throw new RequestFailure(
      400,
      `client version ${version} is too new. Maximum supported API version is ${apiVersion}`,
    );
  }
}

/** Part by part, as numbers; negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? 0) - Number(right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Images and engines name architectures as Go does, nodes as their kernel does. */
export function goArchitecture(architecture: string): string {
  if (architecture === 'x86_64') return 'amd64';
  return architecture === 'aarch64' ? 'arm64' : architecture;
}

/** `GET /version` */
export function getVersion(engine: Engine): Reply {
  const { platform } = configOf(engine).description;
  const details = {
    ApiVersion: apiVersion,
    Arch: goArchitecture(platform.architecture),
    BuildTime: buildTime,
    Experimental: 'false',
    GitCommit: gitCommit,
    GoVersion: goVersion,
    KernelVersion: kernelVersion,
    MinAPIVersion: oldestApiVersion,
    Os: platform.os,
  };
  const version: VersionResponse = {
    Platform: { Name: 'swarmlab' },
    Components: [{ Name: 'Engine', Version: engineVersion, Details: details }],
    Version: engineVersion,
    ApiVersion: apiVersion,
    MinAPIVersion: oldestApiVersion,
    GitCommit: gitCommit,
    GoVersion: goVersion,
    Os: platform.os,
    Arch: details.Arch,
    KernelVersion: kernelVersion,
    BuildTime: buildTime,
  };
  return json(version);
}
