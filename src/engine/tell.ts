// One event, put into an engine's log.

import type { EngineEvent } from './event-log.ts';
import type { Engine } from './node.ts';

export type Attributes = readonly (readonly [name: string, value: string])[];

interface Told {
  readonly type: string;
  readonly action: string;
  readonly id: string;
  readonly scope: 'local' | 'swarm';
  readonly attributes: Attributes;
}

/**
 * Adds an event; attributes in ascending order of their names.
 * @param time when it was, microseconds of virtual time
 */
export function tell(engine: Engine, time: number, { type, action, id, scope, attributes }: Told): void {
  const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  const told: EngineEvent = {
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: Object.fromEntries(sorted) },
    scope,
    at: time,
  };
  engine.events.add(told);
}
