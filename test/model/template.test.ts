import { describe, expect, it } from 'vitest';
import { containerSpec } from '../../src/model/defaults.ts';
import { ParseFailure } from '../../src/model/failure.ts';
import { expandContainerSpec, type TemplateTask } from '../../src/model/template.ts';

const task: TemplateTask = {
  id: 'task7',
  annotations: { name: 'web.3.task7' },
  serviceId: 'service1',
  serviceAnnotations: {
    name: 'web',
    labels: [
      ['a', '1'],
      ['zone', 'north'],
    ],
  },
  slot: 3,
  nodeId: 'node5',
};
const node = { hostname: 'worker1', platform: { architecture: 'x86_64', os: 'linux' } };

/** What becomes of a host name. */
function hostname(text: string, of: TemplateTask = task): string {
  return expandContainerSpec(containerSpec({ image: 'app', hostname: text }), of, node).hostname;
}

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ParseFailure) return error.message;
    throw error;
  }
  return '';
}

describe('placeholders', () => {
  it.each([
    ['plain', 'plain'],
    ['{{.Service.ID}}/{{.Service.Name}}', 'service1/web'],
    ['{{ index .Service.Labels "zone" }}{{index .Service.Labels "none"}}', 'north'],
    ['{{.Service.Labels.zone}}', 'north'],
    ['{{.Node.ID}} {{.Node.Hostname}}', 'node5 worker1'],
    ['{{.Node.Platform.OS}}/{{.Node.Platform.Architecture}}', 'linux/x86_64'],
    ['{{.Task.ID}} {{.Task.Name}} {{.Task.Slot}}', 'task7 web.3.task7 3'],
    ['a {{- .Task.Slot -}} b {{.Task.Slot}}', 'a3b 3'],
    ['{{.Service.Labels}} {{.Node}}', 'map[a:1 zone:north] {node5 worker1 {x86_64 linux}}'],
    ['{{.}}', '&{{service1 web map[a:1 zone:north]} {node5 worker1 {x86_64 linux}} {task7 web.3.task7 3}}'],
  ])('%s', (text, expected) => {
    expect(hostname(text)).toBe(expected);
  });

  it('give the node as the slot of a global task', () => {
    expect(hostname('{{.Task.Slot}}', { ...task, slot: 0 })).toBe('node5');
  });

  it('are filled in in the values of variables and in mounts', () => {
    const mount = { type: 'volume', readOnly: false, driver: '' } as const;
    const spec = containerSpec({
      image: 'app',
      env: ['SLOT={{.Task.Slot}}=x', '{{.Task.Slot}}', '{{.Task.Slot}}=1'],
      mounts: [
        {
          ...mount,
          source: 'data-{{.Task.Slot}}',
          target: '/{{.Service.Name}}',
          options: [['o', '{{.Node.Hostname}}']],
        },
      ],
    });
    const { env, mounts } = expandContainerSpec(spec, task, node);
    expect(env).toEqual(['SLOT=3=x', '{{.Task.Slot}}', '{{.Task.Slot}}=1']);
    expect(mounts).toEqual([{ ...mount, source: 'data-3', target: '/web', options: [['o', 'worker1']] }]);
  });

  it.each([
    [
      '{{.Foo}}',
      ':1:2: executing "expansion" at <.Foo>: can\'t evaluate field Foo in type *template.Context',
    ],
    [
      'a\n{{ .Service.Foo }}',
      ':2:11: executing "expansion" at <.Service.Foo>: can\'t evaluate field Foo in type struct { ID string; Name string; Labels map[string]string }',
    ],
    [
      '{{.Node.Platform.Arch}}',
      ':1:7: executing "expansion" at <.Node.Platform.Arch>: can\'t evaluate field Arch in type template.Platform',
    ],
    [
      '{{.Task.Slot.X}}',
      ':1:7: executing "expansion" at <.Task.Slot.X>: can\'t evaluate field X in type string',
    ],
    [
      '{{.Service.Labels.rack}}',
      ':1:10: executing "expansion" at <.Service.Labels.rack>: map has no entry for key "rack"',
    ],
    ['x{{.Task.Slot', ':1: unclosed action'],
    ['{{printf "x"}}', ':1: only fields and index .Service.Labels are simulated, not {{printf "x"}}'],
  ])('fail as in Go: %s', (text, expected) => {
    expect(failureOf(() => hostname(text))).toBe(`expanding hostname failed: template: expansion${expected}`);
  });

  it('say where they are wrong', () => {
    const cause =
      'template: expansion:1:2: executing "expansion" at <.X>: can\'t evaluate field X in type *template.Context';
    const env = containerSpec({ image: 'app', env: ['A={{.X}}'] });
    expect(failureOf(() => expandContainerSpec(env, task, node))).toBe(
      `expanding env failed: expanding env "A={{.X}}": ${cause}`,
    );
    const mount = {
      type: 'volume',
      readOnly: false,
      driver: '',
      options: [],
      source: 'a',
      target: '{{.X}}',
    } as const;
    const mounts = containerSpec({ image: 'app', mounts: [mount] });
    expect(failureOf(() => expandContainerSpec(mounts, task, node))).toBe(
      `expanding mounts failed: expanding mount target "{{.X}}": ${cause}`,
    );
  });
});
