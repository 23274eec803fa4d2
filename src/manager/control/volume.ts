// Control API: cluster volumes.

import { castDraft } from 'immer';
import type { ControlChange } from '../../model/calls.ts';
import { equalData } from '../../model/equal.ts';
import { CallFailure } from '../../model/failure.ts';
import type { VolumeSpec } from '../../model/spec.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

/** The plugin makes it later. */
export function createVolume(desk: Pick<ControlDesk, 'newId'>, tx: Transaction, spec: VolumeSpec): string {
  if (spec.driver === '') throw new CallFailure('InvalidArgument', 'driver must be specified');
  if (spec.name === '') throw new CallFailure('InvalidArgument', 'meta: name must be provided');
  const missing = spec.secrets.map(({ secret }) => secret).filter((id) => tx.get('secret', id) === undefined);
  if (missing.length > 0) {
    const noun = missing.length === 1 ? 'secret' : 'secrets';
    throw new CallFailure('InvalidArgument', `${noun} not found: ${missing.join(', ')}`);
  }
  if (tx.findByName('volume', spec.name) !== undefined) {
    throw new CallFailure('Unknown', 'name conflicts with an existing object');
  }
  return tx.create('volume', { id: desk.newId(), spec, pluginVolumeId: '', publish: [] }).id;
}

/** Only labels and availability can change. */
export function updateVolume(
  tx: Transaction,
  { volumeId, version, spec }: Extract<ControlChange, { readonly method: 'volume.update' }>,
): string {
  const volume = tx.get('volume', volumeId);
  if (volume === undefined) throw new CallFailure('NotFound', `volume ${volumeId} not found`);
  const { spec: known } = volume;
  if (spec.name !== known.name) refuse('Name');
  if (spec.group !== known.group) refuse('Group');
  const places = ({ requisite, preferred }: VolumeSpec) => [requisite, preferred];
  if (!equalData(places(spec), places(known))) refuse('AccessibilityRequirements');
  if (spec.driver !== known.driver) refuse('Driver');
  const access = (of: VolumeSpec) => [of.scope, of.sharing, of.access];
  if (!equalData(access(spec), access(known))) refuse('AccessMode');
  expectVersion(volume, version);
  tx.update('volume', volumeId, (draft) => {
    draft.spec = castDraft(spec);
  });
  return volumeId;
}

function refuse(what: string): never {
  throw new CallFailure('InvalidArgument', `${what} cannot be updated`);
}

/** It goes once the plugin has deleted it; by force it goes at once, whoever uses it and whatever the plugin has. */
export function removeVolume(tx: Transaction, volumeId: string, force: boolean): string {
  const volume = tx.get('volume', volumeId);
  if (volume === undefined) throw new CallFailure('NotFound', `volume ${volumeId} not found`);
  if (force) {
    tx.remove('volume', volumeId);
    return volumeId;
  }
  if (volume.publish.length > 0) throw new CallFailure('FailedPrecondition', 'volume is still in use');
  tx.update('volume', volumeId, (draft) => {
    draft.pendingDelete = true;
  });
  return volumeId;
}
