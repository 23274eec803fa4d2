// Placeholders in a container's environment, host name and mounts, filled in on the node: `{{.Service.Name}}`, `{{.Task.Slot}}` ... Fields, and
// labels by `index .Service.Labels "key"`; in configs and secrets that are templates also `env`, `config` and `secret`. The rest of Go's
// template language is refused as such.

import { ParseFailure } from './failure.ts';
import { lookupLabel } from './labels.ts';
import type { ContainerSpec, Labels, Mount, Platform } from './spec.ts';

/** What a template may know of a task. */
export interface TemplateTask {
  readonly id: string;
  readonly annotations: { readonly name: string };
  readonly serviceId: string;
  readonly serviceAnnotations: { readonly name: string; readonly labels: Labels };
  /** 0 for a task of a global service, whose slot is its node. */
  readonly slot: number;
  readonly nodeId: string;
}

/** What a template may know of the node. */
export interface TemplateNode {
  readonly hostname: string;
  readonly platform: Platform;
}

/** A value of Go's: text, a struct with its type's name, or labels. */
type Value =
  | string
  | {
      readonly kind: 'struct';
      readonly type: string;
      readonly fields: ReadonlyArray<readonly [name: string, value: Value]>;
    }
  | { readonly kind: 'map'; readonly labels: Labels };

/**
 * The spec with all placeholders filled in.
 * @throws ParseFailure with Docker's text for one that does not exist
 */
export function expandContainerSpec(
  spec: ContainerSpec,
  task: TemplateTask,
  node: TemplateNode,
): ContainerSpec {
  const known = context(task, node);
  return {
    ...spec,
    env: within('expanding env failed', () => spec.env.map((entry) => expandEntry(known, entry))),
    mounts: within('expanding mounts failed', () => spec.mounts.map((mount) => expandMount(known, mount))),
    hostname: within('expanding hostname failed', () => expand(known, spec.hostname)),
  };
}

/** What a template may call, by name: each with one text. Throws ParseFailure for what there is not. */
export type TemplateFunctions = ReadonlyMap<string, (argument: string) => string>;

/**
 * The content of a config or secret with all placeholders filled in.
 * @throws ParseFailure with Go's text for one that does not exist
 */
export function expandContent(
  content: string,
  task: TemplateTask,
  node: TemplateNode,
  functions: TemplateFunctions,
): string {
  return expand({ ...context(task, node), functions }, content);
}

/** What a template may use. */
interface Scope {
  readonly root: Value;
  readonly functions: TemplateFunctions;
}

function context(task: TemplateTask, { hostname, platform }: TemplateNode): Scope {
  const { id, annotations, serviceId, serviceAnnotations, slot, nodeId } = task;
  const root = struct('*template.Context', [
    [
      'Service',
      struct('struct { ID string; Name string; Labels map[string]string }', [
        ['ID', serviceId],
        ['Name', serviceAnnotations.name],
        ['Labels', { kind: 'map', labels: serviceAnnotations.labels }],
      ]),
    ],
    [
      'Node',
      struct('struct { ID string; Hostname string; Platform template.Platform }', [
        ['ID', nodeId],
        ['Hostname', hostname],
        [
          'Platform',
          struct('template.Platform', [
            ['Architecture', platform.architecture],
            ['OS', platform.os],
          ]),
        ],
      ]),
    ],
    [
      'Task',
      struct('struct { ID string; Name string; Slot string }', [
        ['ID', id],
        ['Name', annotations.name],
        ['Slot', slot === 0 ? nodeId : String(slot)],
      ]),
    ],
  ]);
  return { root, functions: new Map() };
}

function struct(type: string, fields: ReadonlyArray<readonly [name: string, value: Value]>): Value {
  return { kind: 'struct', type, fields };
}

/** Only what follows the first `=` is a template. */
function expandEntry(known: Scope, entry: string): string {
  const at = entry.indexOf('=') + 1;
  if (at === 0) return entry;
  const value = within(`expanding env ${JSON.stringify(entry)}`, () => expand(known, entry.slice(at)));
  return entry.slice(0, at) + value;
}

function expandMount(known: Scope, mount: Mount): Mount {
  const { source, target, options } = mount;
  return {
    ...mount,
    source: within(`expanding mount source ${JSON.stringify(source)}`, () => expand(known, source)),
    target: within(`expanding mount target ${JSON.stringify(target)}`, () => expand(known, target)),
    options: within('expanding volume driver config', () =>
      options.map(([key, value]) => {
        const what = `expanding map entry ${JSON.stringify(key)}=${JSON.stringify(value)}`;
        return [key, within(what, () => expand(known, value))] as const;
      }),
    ),
  };
}

/** Says what was being done when a template turned out to be wrong. */
function within<R>(what: string, act: () => R): R {
  try {
    return act();
  } catch (error) {
    if (error instanceof ParseFailure) throw new ParseFailure(`${what}: ${error.message}`);
    throw error;
  }
}

/** An action: its trim marks and what is between them. */
const action = /\{\{(- )?\s*(.*?)\s*( -)?\}\}/gs;

function expand(known: Scope, text: string): string {
  if (!text.includes('{{')) return text;
  let expanded = '';
  let end = 0;
  let trims = false;
  for (const match of text.matchAll(action)) {
    const [whole, trimsBefore, content = '', trimsAfter] = match;
    const before = text.slice(end, match.index);
    const led = trims ? before.trimStart() : before;
    expanded += trimsBefore === undefined ? led : led.trimEnd();
    expanded += print(evaluate(known, text, match.index + whole.indexOf(content, 2), content));
    end = match.index + whole.length;
    trims = trimsAfter !== undefined;
  }
  const rest = text.slice(end);
  if (rest.includes('{{'))
    throw new ParseFailure(`template: expansion:${lineOf(text, text.length)}: unclosed action`);
  return expanded + (trims ? rest.trimStart() : rest);
}

/** @param at where in `text` the action's content begins */
function evaluate(known: Scope, text: string, at: number, content: string): Value {
  if (content === '.') return known.root;
  if (/^(?:\.[\p{L}_][\p{L}\p{Nd}_]*)+$/u.test(content)) return follow(known, text, at, content);
  const [, key] = /^index\s+\.Service\.Labels\s+("(?:[^"\\]|\\.)*"|`[^`]*`)$/.exec(content) ?? [];
  if (key !== undefined) {
    const labels = follow(known, text, at, '.Service.Labels');
    const name = unquoted(key);
    return typeof labels === 'object' && labels.kind === 'map'
      ? (lookupLabel(labels.labels, name) ?? '')
      : '';
  }
  const [, name = '', argument = ''] = /^(\w+)\s+("(?:[^"\\]|\\.)*"|`[^`]*`)$/.exec(content) ?? [];
  const call = known.functions.get(name);
  if (call !== undefined) {
    const error = `${placeOf(text, at, content)}: error calling ${name}`;
    return within(error, () => call(unquoted(argument)));
  }
  throw new ParseFailure(
    `template: expansion:${lineOf(text, at)}: only fields and index .Service.Labels are simulated, not {{${content}}}`,
  );
}

/** Follows a chain of fields such as `.Service.Name`. */
function follow({ root }: Scope, text: string, at: number, chain: string): Value {
  const names = chain.slice(1).split('.');
  // Go points at the second field of a chain, if there is one.
  const pointed = at + (names.length > 1 ? 1 + (names[0]?.length ?? 0) : 0);
  const place = placeOf(text, pointed, chain);
  return names.reduce<Value>((value, name) => {
    if (typeof value === 'object' && value.kind === 'map') {
      const label = lookupLabel(value.labels, name);
      if (label === undefined)
        throw new ParseFailure(`${place}: map has no entry for key ${JSON.stringify(name)}`);
      return label;
    }
    const type = typeof value === 'string' ? 'string' : value.type;
    const field = typeof value === 'string' ? undefined : value.fields.find(([own]) => own === name);
    if (field === undefined) throw new ParseFailure(`${place}: can't evaluate field ${name} in type ${type}`);
    return field[1];
  }, root);
}

/** Where Go says that executing went wrong. */
function placeOf(text: string, at: number, what: string): string {
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  return `template: expansion:${lineOf(text, at)}:${column}: executing "expansion" at <${what}>`;
}

/** A quoted text of Go's. */
function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, text.startsWith('"') ? '$1' : '\\$1');
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** As Go prints a value without being told how. */
function print(value: Value): string {
  if (typeof value === 'string') return value;
  if (value.kind === 'map') return `map[${value.labels.map(([key, label]) => `${key}:${label}`).join(' ')}]`;
  const fields = `{${value.fields.map(([, field]) => print(field)).join(' ')}}`;
  return value.type.startsWith('*') ? `&${fields}` : fields;
}
