// What machines offer besides CPU and memory: generic resources and cluster volumes, through a whole swarm.

import { expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { failureOf, passes } from './play.ts';

const rich = {
  managers: 1,
  workers: 2,
  nodes: { worker1: { generic: 'gpu=2' }, worker2: { generic: 'fpga=x,fpga=y,gpu=1' } },
};

function places(lab: Lab, service: string): string[] {
  return lab
    .running(service)
    .map(({ node }) => node)
    .sort();
}

test('tasks go where there is enough, and containers learn what they hold (R-G8, R-G9)', () => {
  passes(rich, (lab) => {
    lab.service.create('learn', { image: 'learn', genericResources: ['gpu=1'], replicas: 4 });
    lab.until('three run', () => lab.running('learn').length === 3);
    expect(places(lab, 'learn')).toEqual(['worker1', 'worker1', 'worker2']);
    expect(lab.tasks('learn').some(({ error }) => error.includes('insufficient resources on'))).toBe(true);
    lab.service.create('solve', { image: 'solve', genericResources: ['fpga=2'] });
    lab.untilConverged('solve');
    expect(lab.container('solve.1')?.env).toContain('DOCKER_RESOURCE_FPGA=x,y');
    expect(lab.container(lab.running('learn')[0]?.name ?? '')?.env).toContain('DOCKER_RESOURCE_GPU=1');
  });
});

test('docker refuses what is no amount, a daemon what is no list', () => {
  passes(rich, (lab) => {
    const ask = (text: string) =>
      lab.refusal(() => lab.service.create('x', { image: 'x', genericResources: [text] }));
    expect(ask('foo')).toBe('invalid generic-resource format `foo` expected `name=value`');
    expect(ask('gpu=a')).toBe(
      'invalid generic-resource request `gpu=a`, Named Generic Resources is not supported for service create or update',
    );
  });
  const offer = (generic: string) =>
    failureOf({ managers: 1, nodes: { manager1: { generic } } }, () => undefined);
  const wrong = 'cluster.nodes.manager1.generic: could not parse GenericResource: ';
  expect(offer('gpu')).toContain(`${wrong}incorrect term gpu, missing '=' or malformed expression`);
  expect(offer('gpu=-1')).toContain(`${wrong}cannot ask for negative resource gpu`);
  expect(offer('gpu=1,gpu=a')).toContain(
    `${wrong}mixed discrete and named resources in expression 'gpu=[1 a]'`,
  );
});

test('a cluster volume is made, mounted, drained and removed', () => {
  const cluster = {
    managers: 1,
    workers: 2,
    nodes: { worker1: { csi: { disks: 'zone=east' } }, worker2: { csi: { disks: 'zone=west' } } },
  };
  const { texts } = passes(cluster, (lab) => {
    lab.clusterVolume.create('data', {
      driver: 'disks',
      group: 'fast',
      topology: ['zone=west'],
      options: { create: '4s' },
    });
    expect(lab.clusterVolume.ls()).toEqual([
      { name: 'data', group: 'fast', driver: 'disks', availability: 'active', status: 'pending creation' },
    ]);
    lab.service.create('db', {
      image: 'db',
      mounts: ['type=cluster,source=group:fast,target=/data'],
      constraints: ['node.role==worker'],
    });
    lab.untilConverged('db');
    expect(places(lab, 'db')).toEqual(['worker2']);
    // The task that has the volume is not in its own way.
    const { nodes = [] } = lab.explain('db.1');
    const rejected = nodes.map(({ node, rejected: reasons }) => `${node}: ${reasons.join()}`).sort();
    expect(rejected).toEqual([
      'manager1: constraint node.role==worker',
      'worker1: no volume group:fast',
      'worker2: ',
    ]);
    expect(lab.clusterVolume.ls()[0]?.status).toBe('in use (1 node)');
    expect(lab.refusal(() => lab.clusterVolume.remove('data'))).toContain('volume is still in use');
    lab.clusterVolume.update('data', 'drain');
    lab.until('the task is gone', () => lab.running('db').length === 0);
    expect(lab.tasks('db').some(({ error }) => error === 'attached to volume which is being drained')).toBe(
      true,
    );
    lab.until('the volume has left', () => lab.clusterVolume.ls()[0]?.status === 'created');
    lab.clusterVolume.remove('data');
    lab.until('it is deleted', () => lab.clusterVolume.ls().length === 0);
  });
  const told = [
    'is made by its plugin',
    'is published to worker2',
    'has availability drain',
    'has left worker2',
  ];
  for (const words of told) expect(texts.some((text) => text.includes(words))).toBe(true);
  expect(
    texts.some((text) => text.includes('docker volume create --driver disks --type mount --group fast')),
  ).toBe(true);
});
