import { describe, expect, it } from 'vitest';
import {
  applyAutomaticRollback,
  applyManualRollback,
  applyServiceUpdate,
} from '../../../src/manager/orchestrator/evolution.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import type { Service } from '../../../src/model/objects.ts';
import { makeService } from '../fixtures.ts';
import { createStage } from '../stage.ts';

const spec = (image: string) => serviceSpec({ name: 'web', image });
const status = { state: 'updating', message: 'update in progress', startedAt: 3 } as const;

function evolve(
  from: Partial<Omit<Service, 'id' | 'spec'>>,
  recipe: (draft: Parameters<typeof applyServiceUpdate>[0]) => void,
): Service {
  const stage = createStage({});
  stage.write((tx) => tx.create('service', makeService({ id: 'web', spec: spec('v1'), record: from })));
  return stage.write((tx) => tx.update('service', 'web', recipe));
}

describe('a service record', () => {
  it('moves its spec back on an update, and clears the status', () => {
    const service = evolve(
      { updateStatus: status, previousSpec: spec('v0'), previousSpecVersion: 0, specVersion: 4 },
      (draft) => applyServiceUpdate(draft, spec('v2'), 9),
    );
    expect(service).toMatchObject({
      spec: spec('v2'),
      specVersion: 9,
      previousSpec: spec('v1'),
      previousSpecVersion: 4,
    });
    expect(service.updateStatus).toBeUndefined();
  });

  it('exchanges its specs on a manual rollback', () => {
    const service = evolve({ previousSpec: spec('v0'), previousSpecVersion: 2, specVersion: 4 }, (draft) =>
      applyManualRollback(draft, 7),
    );
    expect(service).toMatchObject({
      spec: spec('v0'),
      specVersion: 2,
      previousSpec: spec('v1'),
      previousSpecVersion: 4,
    });
    expect(service.updateStatus).toEqual({
      state: 'rollback_started',
      message: 'manually requested rollback',
      startedAt: 7,
    });
  });

  it('uses the previous spec up on an automatic rollback, and keeps the start of the update', () => {
    const from = { updateStatus: status, previousSpec: spec('v0'), previousSpecVersion: 2, specVersion: 4 };
    const service = evolve(from, (draft) => applyAutomaticRollback(draft, 'why'));
    expect(service).toMatchObject({ spec: spec('v0'), specVersion: 2 });
    expect(service.previousSpec).toBeUndefined();
    expect(service.previousSpecVersion).toBeUndefined();
    expect(service.updateStatus).toEqual({ state: 'rollback_started', message: 'why', startedAt: 3 });
  });

  it('cannot be rolled back without a previous spec', () => {
    expect(() => evolve({}, (draft) => applyManualRollback(draft, 7))).toThrow('previous spec');
  });
});
