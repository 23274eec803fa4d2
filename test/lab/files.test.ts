// Configs, secrets and placeholders, from the command to the container.

import { expect, test } from 'vitest';
import { failureOf, passes } from './play.ts';

const small = { managers: 1, workers: 2 };

test('configs and secrets are created, listed and removed', () => {
  passes(small, (lab) => {
    const id = lab.config.create('b', 'text');
    lab.at('manager1').config.create('a', 'text');
    lab.secret.create('s', 'text');
    expect([lab.config.ls(), lab.secret.ls()]).toEqual([['a', 'b'], ['s']]);
    lab.config.remove(id);
    lab.config.remove('a');
    lab.secret.remove('s');
    expect([lab.config.ls(), lab.secret.ls()]).toEqual([[], []]);
    expect(lab.refusal(() => lab.config.remove('a'))).toContain('config a not found');
    expect(lab.refusal(() => lab.secret.create('s', ''))).toContain('secret data must be larger than 0');
    expect(lab.refusal(() => lab.config.create('-', 'text'))).toContain('invalid name');
  });
});

test('a container has what its service asks for, with placeholders filled in', () => {
  const { texts } = passes(small, (lab) => {
    lab.secret.create('password', 'one');
    lab.config.create('motd', 'hello');
    lab.service.create('db', {
      image: 'postgres:17',
      replicas: 3,
      labels: { tier: 'back' },
      env: [
        'ME={{.Service.Name}}.{{.Task.Slot}}@{{.Node.Hostname}}',
        'TIER={{index .Service.Labels "tier"}}',
      ],
      hostname: 'db-{{.Task.Slot}}',
      secrets: ['password'],
      configs: ['source=motd,target=/etc/motd'],
    });
    lab.untilConverged('db');
    for (const { name, slot, node, id } of lab.running('db')) {
      expect(lab.container(name)).toEqual({
        taskId: id,
        node,
        hostname: `db-${slot}`,
        env: [`ME=db.${slot}@${node}`, 'TIER=back'],
        mounts: [],
        files: new Map([
          ['/run/secrets/password', 'one'],
          ['/etc/motd', 'hello'],
        ]),
      });
    }
    expect(lab.refusal(() => lab.config.remove('motd'))).toContain(
      "config 'motd' is in use by the following service: db",
    );

    // A new secret in the place of the old one, as it is done: the file keeps its name.
    lab.secret.create('password2', 'two');
    lab.service.update('db', { secrets: ['source=password2,target=password'], configs: [] });
    lab.untilUpdate('db', 'completed');
    expect(lab.container('db.1').files).toEqual(new Map([['/run/secrets/password', 'two']]));
    lab.secret.remove('password');
  });
  const typed = texts.join('\n');
  expect(typed).toContain(
    "--hostname 'db-{{.Task.Slot}}' --secret password --config source=motd,target=/etc/motd",
  );
  expect(typed).toContain(
    '--secret-rm password --secret-add source=password2,target=password --config-rm motd db',
  );
});

test('a rollback to a spec whose secret is gone is accepted, and its tasks fail (O-E112)', () => {
  passes(small, (lab) => {
    lab.secret.create('s', 'text');
    lab.service.create('db', { image: 'a:1', secrets: ['s'], restart: { condition: 'none' } });
    lab.untilConverged('db');
    lab.service.update('db', { secrets: [] });
    lab.untilUpdate('db', 'completed');
    lab.secret.remove('s');
    lab.service.rollback('db');
    lab.until('a task has failed', () => lab.tasks('db').some(({ state }) => state === 'failed'));
    expect(lab.tasks('db').map(({ error }) => error)).toContainEqual(
      expect.stringMatching(
        /^starting container failed: unable to get secret from secret store: secret \w{25} not found$/,
      ),
    );
  });
});

test('what cannot be is refused', () => {
  passes(small, (lab) => {
    lab.secret.create('s', 'text');
    const create = (options: object) =>
      lab.refusal(() => lab.service.create('x', { image: 'x', ...options }));
    expect(create({ secrets: ['nope'] })).toBe('secret not found: nope');
    expect(create({ configs: ['nope'] })).toBe('config not found: nope');
    expect(create({ secrets: ['s', 's'] })).toBe('duplicate secret target for s not allowed');
    expect(create({ env: ['A={{.Nope}}'] })).toBe(
      'Error response from daemon: rpc error: code = InvalidArgument desc = expanding env failed: ' +
        'expanding env "A={{.Nope}}": template: expansion:1:2: executing "expansion" at <.Nope>: ' +
        "can't evaluate field Nope in type *template.Context",
    );
  });
  expect(failureOf(small, (lab) => lab.service.create('x', { image: 'x', secrets: ['a=b'] }))).toContain(
    'a secret must be like db or source=db,target=/etc/db, not "a=b"',
  );
  expect(failureOf(small, (lab) => lab.container('web.1'))).toContain('no container of web.1 runs');
});
