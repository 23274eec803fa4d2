import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../../src/model/base64.ts';
import { fileSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';
import type { FileReference } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, reported, task, type Worker } from './worker.ts';

function reference(name: string, target: string): FileReference {
  return { id: `id-${name}`, name, target, uid: '0', gid: '0', mode: 0o444 };
}

function file(name: string, content: string): { id: string; spec: ReturnType<typeof fileSpec> } {
  return { id: `id-${name}`, spec: fileSpec({ name, data: encodeBase64(content) }) };
}

/** A worker that was sent a secret and a config. */
function createSupplied(): Worker {
  const worker = createReadyWorker();
  const time = { kind: 'time', time: 0 } as const;
  worker.script('app', { pull: time, start: time });
  const { secrets, configs } = worker.agent;
  for (const one of [file('s1', 'secret text'), file('s2', 'other')]) secrets.set(one.id, one);
  configs.set('id-c1', file('c1', 'gr\u00fc\u00df dich'));
  return worker;
}

describe('what a container is made with', () => {
  it('has its placeholders filled in with the node and task they are of', () => {
    const worker = createSupplied();
    const container = { env: ['WHO={{.Task.ID}}@{{.Node.Hostname}}'], hostname: 'h-{{.Task.Slot}}' };
    worker.assign(task('t1', { slot: 4, container }), task('t2'));
    worker.advance(second);
    const made = worker.agent.containers.get('t1');
    expect(made).toMatchObject({ env: ['WHO=t1@n1'], hostname: 'h-4' });
    const other = worker.agent.containers.get('t2');
    expect(other?.hostname).toBe(other?.id.slice(0, 12));
  });

  it('rejects a task whose placeholder does not exist, before it is accepted', () => {
    const worker = createSupplied();
    worker.assign(task('t1', { container: { env: ['A={{.Nope}}'] } }));
    worker.advance(second);
    expect(reported(worker, 't1')).toEqual([
      `${TaskState.Rejected} resolving controller failed: expanding env failed: expanding env "A={{.Nope}}": ` +
        'template: expansion:1:2: executing "expansion" at <.Nope>: ' +
        "can't evaluate field Nope in type *template.Context",
    ]);
  });

  it('finds secrets and configs as files, and keeps them when the node has lost them', () => {
    const worker = createSupplied();
    const secrets = [reference('s1', 's1'), reference('s2', '/etc/s2')];
    worker.assign(task('t1', { container: { secrets, configs: [reference('c1', 'c1')] } }));
    worker.advance(second);
    worker.agent.secrets.clear();
    expect(worker.agent.containers.get('t1')?.files).toEqual([
      { path: '/run/secrets/s1', content: 'secret text' },
      { path: '/etc/s2', content: 'other' },
      { path: '/c1', content: 'gr\u00fc\u00df dich' },
    ]);
  });

  /** What a task finds in a config that is a template, or why it cannot start. */
  function filledIn(content: string, name = 'golang'): string {
    const worker = createSupplied();
    const spec = { ...file('c2', content).spec, templating: { name, options: [] } };
    worker.agent.configs.set('id-c2', { id: 'id-c2', spec });
    const secrets = [reference('s1', 'password')];
    const configs = [reference('c2', 'c2'), reference('c1', '/greeting')];
    worker.assign(task('t1', { slot: 3, container: { secrets, configs, env: ['STAGE=test', 'WHO=me'] } }));
    worker.advance(second);
    return worker.agent.containers.get('t1')?.files[1]?.content ?? worker.shown('t1');
  }

  it('fills in configs that are templates, with variables and other files too', () => {
    expect(filledIn('{{.Task.Slot}} on {{.Node.Hostname}}')).toBe('3 on n1');
    expect(filledIn('{{ env "STAGE" }}{{ env "NONE" }}')).toBe('test');
    expect(filledIn('p={{ secret "password" }}\ng={{ config "/greeting" }}')).toBe(
      'p=secret text\ng=gr\u00fc\u00df dich',
    );
    expect(filledIn('{{.Nope}}', '')).toContain('unrecognized template type');
  });

  it('fails a task whose config is a template that cannot be filled in', () => {
    const failed = `${TaskState.Failed} starting: starting container failed: unable to get config from config store: `;
    const expansion = `${failed}failed to expand templated config id-c2: template: expansion:1:`;
    expect(filledIn('{{.Nope}}')).toBe(
      `${expansion}2: executing "expansion" at <.Nope>: can't evaluate field Nope in type *template.Context`,
    );
    expect(filledIn('{{ secret "nope" }}')).toBe(
      `${expansion}3: executing "expansion" at <secret "nope">: error calling secret: secret target nope not found`,
    );
  });

  it('fails a task whose secret is not there when it starts', () => {
    const worker = createSupplied();
    worker.assign(task('t1', { container: { secrets: [reference('gone', 'gone')] } }));
    worker.advance(second);
    expect(worker.shown('t1')).toBe(
      `${TaskState.Failed} starting: starting container failed: unable to get secret from secret store: secret id-gone not found`,
    );
  });
});
