// `--publish-add` and `--publish-rm`.

import type { PortConfig } from '../../engine/api.ts';
import { compareText } from '../human.ts';

/** A port is removed by its target, protocol and mode; one that is there already is not added again, even if it is removed too. */
export function updatePorts(
  current: readonly PortConfig[],
  added: readonly PortConfig[],
  removed: readonly PortConfig[],
): readonly PortConfig[] {
  const known = new Map(current.map((port) => [describe(port), port]));
  const kept = [...known.values()].filter((port) => !removed.some((other) => isSameTarget(port, other)));
  const fresh = added.filter((port) => !known.has(describe(port)));
  return [...kept, ...fresh].sort((a, b) => compareText(describe(a), describe(b)));
}

function describe({ PublishedPort, TargetPort, Protocol, PublishMode }: PortConfig): string {
  return `${PublishedPort ?? 0}:${TargetPort ?? 0}/${Protocol ?? ''}/${PublishMode ?? ''}`;
}

function isSameTarget(a: PortConfig, b: PortConfig): boolean {
  return (
    (a.TargetPort ?? 0) === (b.TargetPort ?? 0) &&
    (a.Protocol || 'tcp') === (b.Protocol || 'tcp') &&
    (a.PublishMode || 'ingress') === (b.PublishMode || 'ingress')
  );
}
