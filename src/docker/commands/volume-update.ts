// docker volume update

import type { Volume, VolumeUpdateRequest } from '../../engine/api.ts';
import { fetchJson, send } from '../client.ts';
import { type Command, exactly } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { objectPath } from '../object-path.ts';
import { availabilityFlag } from '../volumes.ts';

export const volumeUpdate: Command = {
  name: 'update',
  usage: '[OPTIONS] [VOLUME]',
  short: 'Update a volume (cluster volumes only)',
  arity: exactly(1),
  version: '1.42',
  swarm: 'manager',
  flags: [availabilityFlag],
  *run({ args: [name = ''], flags, client }) {
    const { ClusterVolume: own } = yield* fetchJson<Volume>(client, objectPath('volume', name));
    if (own === undefined) throw new CommandFailure('can only update cluster volumes');
    const availability = flags.changed('availability') ? flags.text('availability') : own.Spec.Availability;
    const body: VolumeUpdateRequest = { Spec: { ...own.Spec, Availability: availability } };
    const query = { version: String(own.Version.Index ?? 0) };
    yield* send(client, { method: 'PUT', path: `/volumes/${own.ID}`, query, body });
    return 0;
  },
};
