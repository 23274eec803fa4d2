// The ports of a service as lists show them: `*:8080->80/tcp, *:90-92->90-92/tcp`.

import type { PortConfig } from '../../engine/api.ts';
import { compareText } from '../human.ts';

interface Group {
  readonly protocol: string;
  readonly published: Range;
  readonly target: Range;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Ports of the ingress network alone, and of those the published, in the order of protocol and published port, neighbours in one group. */
export function portsColumn(ports: readonly PortConfig[]): string {
  const groups: Group[] = [];
  const sorted = ports
    .filter(({ PublishMode }) => PublishMode === 'ingress')
    .map(({ Protocol = '', PublishedPort = 0, TargetPort = 0 }) => ({
      protocol: Protocol,
      published: PublishedPort,
      target: TargetPort,
    }))
    .sort((a, b) => compareText(a.protocol, b.protocol) || a.published - b.published);
  for (const { protocol, published, target } of sorted) {
    const group = groups.at(-1);
    if (group !== undefined && protocol === group.protocol && extendsGroup(group, published, target)) {
      groups[groups.length - 1] = {
        protocol,
        published: { first: group.published.first, last: published },
        target: { first: group.target.first, last: target },
      };
    } else {
      groups.push({
        protocol,
        published: { first: published, last: published },
        target: { first: target, last: target },
      });
    }
  }
  return groups
    .filter(({ published }) => published.first > 0)
    .map(({ protocol, published, target }) => `*:${range(published)}->${range(target)}/${protocol}`)
    .join(', ');
}

/** Both sides go on where the group ends, or stay there; a group of several targets must not stay. */
function extendsGroup(group: Group, published: number, target: number): boolean {
  const goesOn = (last: number, next: number): boolean => next === last || next === last + 1;
  const isRange = group.target.last !== group.target.first;
  return (
    goesOn(group.published.last, published) &&
    goesOn(group.target.last, target) &&
    !(isRange && target <= group.target.last)
  );
}

function range({ first, last }: Range): string {
  return last > first ? `${first}-${last}` : String(first);
}
