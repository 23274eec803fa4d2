// Volumes and mounts, from the command to the disk.

import { expect, test } from 'vitest';
import { parseMount } from '../../src/lab/mounts.ts';
import { failureOf, passes } from './play.ts';

const small = { managers: 1, workers: 2 };
const onWorker1 = ['node.hostname==worker1'];

test('a volume outlives containers, services, the machine and the swarm, but not its disk', () => {
  passes(small, (lab) => {
    const volume = lab.volume('worker1', 'data');
    expect(volume.exists).toBe(false);
    const options = { image: 'db:1', mounts: ['data:/var/lib/db'], constraints: onWorker1 };
    lab.service.create('db', options);
    lab.untilConverged('db');
    expect([volume.exists, lab.volume('worker2', 'data').exists]).toEqual([true, false]);
    expect(lab.container('db.1').mounts).toEqual(['type=volume,source=data,target=/var/lib/db']);
    volume.write('k', 'one');
    volume.write('l', 'two');
    volume.write('k', 'three');
    lab.service.remove('db');
    lab.wait('30s');
    expect([volume.read('k'), volume.read('l'), volume.read('m')]).toEqual(['three', 'two', undefined]);

    lab.crash('worker1');
    lab.restart('worker1');
    expect(volume.read('k')).toBe('three');
    lab.untilNode('worker1', 'ready');
    // To mount it again makes no new one.
    lab.service.create('db', options);
    lab.untilConverged('db');
    expect(volume.read('k')).toBe('three');

    lab.at('worker1').swarm.leave();
    expect(volume.read('k')).toBe('three');
    lab.crash('worker1');
    lab.wipe('worker1');
    lab.restart('worker1');
    expect(volume.exists).toBe(false);
  });
});

test('what was written a moment before a crash is lost', () => {
  passes(small, (lab) => {
    const volume = lab.volume('worker1', 'data');
    volume.write('k', 'safe');
    lab.wait('1s');
    volume.write('k', 'late');
    lab.crash('worker1');
    lab.restart('worker1');
    expect(volume.read('k')).toBe('safe');
  });
});

test('each task of a service may have its own volume, and a directory must be there', () => {
  passes(small, (lab) => {
    lab.service.create('db', {
      image: 'db:1',
      replicas: 2,
      constraints: onWorker1,
      mounts: ['data-{{.Task.Slot}}:/data', '/var:/host:ro', 'type=tmpfs,target=/tmp'],
    });
    lab.untilConverged('db');
    expect(lab.volume('worker1', 'data-2').exists).toBe(true);
    expect(lab.container('db.2').mounts).toEqual([
      'type=volume,source=data-2,target=/data',
      'type=bind,source=/var,target=/host,readonly',
      'type=tmpfs,target=/tmp',
    ]);

    lab.service.create('www', { image: 'www:1', constraints: onWorker1, mounts: ['/srv/www:/www'] });
    const error = 'invalid mount config for type "bind": bind source path does not exist: /srv/www';
    lab.until('a rejection', () => lab.tasks('www').some((task) => task.error === error));
    lab.volume('worker1', '/srv/www/blog').write('index.html', 'hello');
    lab.untilConverged('www');
    expect(lab.container('www.1').node).toBe('worker1');
  });
});

test('mounts are typed as docker has them', () => {
  const { texts } = passes(small, (lab) => {
    lab.service.create('db', { image: 'db:1', replicas: 0, mounts: ['a:/a', 'b:/b', 'c:/c'] });
    lab.service.update('db', { mounts: ['a:/a', 'new:/b'] });
    expect(lab.inspect('db').spec.task.container.mounts.map(({ source }) => source)).toEqual(['a', 'new']);
  });
  const typed = texts.join('\n');
  expect(typed).toContain('create --name db --replicas 0 --mount type=volume,source=a,target=/a --mount');
  expect(typed).toContain('update --mount-rm /c --mount-add type=volume,source=new,target=/b db');
});

test('a mount is short or long', () => {
  const volume = { type: 'volume', source: 'a', target: '/a', readOnly: false, driver: '', options: [] };
  expect(parseMount('a:/a')).toEqual(volume);
  expect(parseMount('source=a,target=/a')).toEqual(volume);
  expect(parseMount('type=bind,source=/a,target=/a,readonly')).toEqual({
    ...volume,
    type: 'bind',
    source: '/a',
    readOnly: true,
  });
  for (const wrong of ['a', 'a:/a:rw', 'type=disk,target=/a', 'target=/a,size=1']) {
    expect(() => parseMount(wrong)).toThrow('a mount must be like');
  }
});

test('the volumes of a machine that is down cannot be looked at', () => {
  const failure = failureOf(small, (lab) => {
    lab.crash('worker1');
    lab.volume('worker1', 'data').read('k');
  });
  expect(failure).toContain('worker1 is down');
  expect(failureOf(small, (lab) => lab.volume('worker9', 'data'))).toContain('there is no machine worker9');
});
