// What a node is told of cluster volumes, and what it says of them (R-R175).

import { expect, it } from 'vitest';
import { volumeSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import type { Assignments } from '../../../src/model/messages.ts';
import type { PublishState } from '../../../src/model/objects.ts';
import { makeCluster, makeNode } from '../fixtures.ts';
import { createDesk, type Desk } from './desk.ts';

interface Scene {
  readonly desk: Desk;
  readonly sessionId: string;
  /** What node `n1` has been told since this was asked last, as `type +brought -taken`. */
  readonly told: () => string[];
}

/** Node `n1` with an assignment stream; volume `v` is in this state there, or not at all. */
function createScene(state?: PublishState): Scene {
  const desk = createDesk((tx) => {
    tx.create('cluster', makeCluster());
    tx.create('node', makeNode({ id: 'n1' }));
    tx.create('volume', {
      id: 'v',
      spec: volumeSpec({ name: 'data', driver: 'csi' }),
      pluginVolumeId: 'made',
      publish: state === undefined ? [] : [{ nodeId: 'n1', state }],
    });
  });
  const sessionId = desk.register('n1');
  desk.call({ method: 'dispatcher.assignments', nodeId: 'n1', sessionId });
  let seen = 0;
  const told = (): string[] => {
    const messages = desk.sent.flatMap(({ reply }) =>
      reply.method === 'dispatcher.assignments' ? [reply.assignments] : [],
    );
    const fresh = messages.slice(seen);
    seen = messages.length;
    return fresh.map(show);
  };
  return { desk, sessionId, told };
}

function show({ type, volumes = [], removedVolumes = [] }: Assignments): string {
  return [type, ...volumes.map(({ id }) => `+${id}`), ...removedVolumes.map((id) => `-${id}`)].join(' ');
}

function publish({ desk }: Scene, state: PublishState | undefined): void {
  desk.stage.write((tx) =>
    tx.update('volume', 'v', (draft) => {
      draft.publish = state === undefined ? [] : [{ nodeId: 'n1', state }];
    }),
  );
  desk.stage.advance(second / 5);
}

function placeOf({ desk }: Scene): PublishState | undefined {
  return desk.stage.store.get('volume', 'v')?.publish[0]?.state;
}

it('a volume is brought once it is published, and taken once it is no longer used', () => {
  const scene = createScene();
  expect(scene.told()).toEqual(['complete']);
  publish(scene, 'pending-publish');
  expect(scene.told()).toEqual([]);
  publish(scene, 'published');
  expect(scene.told()).toEqual(['incremental +v']);
  publish(scene, 'pending-node-unpublish');
  expect(scene.told()).toEqual(['incremental -v']);
  publish(scene, 'pending-unpublish');
  publish(scene, undefined);
  expect(scene.told()).toEqual([]);
});

it('a complete set has what is published, and what is to be let go', () => {
  expect(createScene('pending-publish').told()).toEqual(['complete']);
  expect(createScene('published').told()).toEqual(['complete +v']);
  expect(createScene('pending-node-unpublish').told()).toEqual(['complete -v']);
  expect(createScene('pending-unpublish').told()).toEqual(['complete']);
});

it('a volume that is removed by force is taken', () => {
  const scene = createScene('published');
  scene.told();
  scene.desk.stage.write((tx) => tx.remove('volume', 'v'));
  scene.desk.stage.advance(second / 5);
  expect(scene.told()).toEqual(['incremental -v']);
});

it('what a node says it has let go is written, if it was told to', () => {
  for (const [before, after] of [
    ['pending-node-unpublish', 'pending-unpublish'],
    ['published', 'published'],
  ] as const) {
    const scene = createScene(before);
    const { desk, sessionId } = scene;
    const unpublished = ['v', 'unknown'];
    const id = desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId, updates: [], unpublished });
    expect(desk.answer(id).method).toBe('dispatcher.report');
    desk.stage.advance(second / 5);
    expect(placeOf(scene)).toBe(after);
  }
});
