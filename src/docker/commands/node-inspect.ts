// docker node inspect

import type { Node } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchText, parseAnswer } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { bool } from '../flag.ts';
import { binarySize, capitalise, compareText } from '../human.ts';
import { inspectAll, prettyAll } from '../inspect.ts';
import { nodeReference } from '../nodes.ts';
import { objectPath } from '../object-path.ts';
import { printTime } from '../template/print.ts';
import { node as nodeType } from '../types/node.ts';

export const nodeInspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] self|NODE [NODE...]',
  short: 'Display detailed information on one or more nodes',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    { name: 'pretty', kind: bool, usage: 'Print the information in a human friendly format' },
  ],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  function* inspected(reference: string): Fiber<string> {
    return yield* fetchText(client, objectPath('node', yield* nodeReference(client, reference)));
  }
  if (flags.on('pretty') || flags.text('format') === 'pretty') {
    return yield* prettyAll(args, host, function* (reference) {
      return prettyNode(parseAnswer<Node>(yield* inspected(reference)));
    });
  }
  return yield* inspectAll(args, flags.text('format'), host, function* (reference) {
    const text = yield* inspected(reference);
    return { value: nodeType.decode(parseAnswer(text)), raw: undefined };
  });
}

function prettyNode({ ID, CreatedAt, Spec, Description, Status, ManagerStatus }: Node): string {
  const lines = [`ID:\t\t\t${ID}`];
  if (Spec.Name) lines.push(`Name:\t\t\t${Spec.Name}`);
  lines.push(...labelLines('Labels:', Spec.Labels ?? {}));
  lines.push(`Hostname:              \t${Description.Hostname ?? ''}`);
  lines.push(`Joined at:             \t${capitalise(printTime(CreatedAt))}`);
  lines.push('Status:', ` State:\t\t\t${capitalise(Status.State ?? '')}`);
  if (Status.Message) lines.push(` Message:              \t${capitalise(Status.Message)}`);
  lines.push(` Availability:         \t${capitalise(Spec.Availability ?? '')}`);
  if (Status.Addr) lines.push(` Address:\t\t${Status.Addr}`);
  if (ManagerStatus !== undefined) {
    lines.push('Manager Status:', ` Address:\t\t${ManagerStatus.Addr ?? ''}`);
    lines.push(` Raft Status:\t\t${capitalise(ManagerStatus.Reachability ?? '')}`);
    lines.push(` Leader:\t\t${ManagerStatus.Leader ? 'Yes' : 'No'}`);
  }
  lines.push('Platform:', ` Operating System:\t${Description.Platform.OS ?? ''}`);
  lines.push(` Architecture:\t\t${Description.Platform.Architecture ?? ''}`);
  lines.push('Resources:', ` CPUs:\t\t\t${Math.trunc((Description.Resources.NanoCPUs ?? 0) / 1e9)}`);
  const memory = Description.Resources.MemoryBytes ?? 0;
  lines.push(` Memory:\t\t${memory === 0 ? '' : binarySize(memory)}`);
  lines.push(...pluginLines(Description.Engine.Plugins ?? []));
  lines.push(`Engine Version:\t\t${Description.Engine.EngineVersion ?? ''}`);
  lines.push(...labelLines('Engine Labels:', Description.Engine.Labels ?? {}));
  const { TrustRoot, CertIssuerSubject, CertIssuerPublicKey } = Description.TLSInfo;
  if (TrustRoot || CertIssuerSubject || CertIssuerPublicKey) {
    lines.push('TLS Info:', ` TrustRoot:\n${TrustRoot ?? ''}`);
    lines.push(` Issuer Subject:\t${CertIssuerSubject ?? ''}`);
    lines.push(` Issuer Public Key:\t${CertIssuerPublicKey ?? ''}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelLines(title: string, labels: Readonly<Record<string, string>>): string[] {
  const sorted = Object.entries(labels).sort(([a], [b]) => compareText(a, b));
  if (sorted.length === 0) return [];
  return [title, ...sorted.map(([key, value]) => ` - ${key}${value === '' ? '' : `=${value}`}`)];
}

/** Plugins by their kind. */
function pluginLines(plugins: NonNullable<Node['Description']['Engine']['Plugins']>): string[] {
  const byType = new Map<string, string[]>();
  for (const { Type = '', Name = '' } of plugins) {
    byType.set(Type, [...(byType.get(Type) ?? []), Name]);
  }
  if (byType.size === 0) return [];
  const sorted = [...byType].sort(([a], [b]) => compareText(a, b));
  return ['Plugins:', ...sorted.map(([type, names]) => ` ${type}:\t\t${names.join(', ')}`)];
}
