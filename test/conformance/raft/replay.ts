// Runs the commands of a trace against nodes of src/raft and compares what they print.

import {
  type Config,
  type ConfigurationChange,
  campaign,
  forgetLeader,
  hasReady,
  isVoter,
  type Message,
  NO_LIMIT,
  NO_MEMBERS,
  type Operation,
  type OperationType,
  type Outcome,
  propose,
  proposeConfigurationChange,
  reportUnreachable,
  type Snapshot,
  step,
  type Transition,
  tick,
  transferLeadership,
} from '../../../src/raft/index.ts';
import {
  compactStored,
  ENVIRONMENT,
  newestSnapshot,
  newNode,
  processReady,
  TRACE_CONFIG,
  type TraceNode,
} from './node.ts';
import { printEntry, printMessage, printProgress, printReady, roleName, typeName } from './print.ts';
import { type Argument, parseScript, type Stanza } from './script.ts';

/** Where a trace and our nodes part. */
export interface Difference {
  readonly line: number;
  readonly command: string;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** Replays one trace; null if every stanza came out as recorded. */
export function replay(source: string): Difference | null {
  const world: World = { nodes: [], queue: [], silent: false };
  for (const stanza of parseScript(source)) {
    const actual = comparable(execute(world, stanza));
    const expected = comparable(stanza.expected);
    if (actual.join('\n') !== expected.join('\n')) {
      return { line: stanza.line, command: [stanza.text, ...stanza.input].join('\n'), expected, actual };
    }
  }
  return null;
}

interface World {
  readonly nodes: TraceNode[];
  /** Messages on their way, one queue for all nodes. */
  queue: Message<string, string>[];
  /** `log-level none`: nothing is printed but errors. */
  silent: boolean;
}

interface Result {
  readonly lines: readonly string[];
  readonly error: string | null;
}

const LOG_LINE = /^\s*(DEBUG|INFO|WARN|ERROR|FATAL) /;

function comparable(lines: readonly string[]): string[] {
  const kept = lines.filter((line) => line.trim() !== '' && !LOG_LINE.test(line));
  return kept.length === 0 ? ['ok'] : kept;
}

function execute(world: World, stanza: Stanza): string[] {
  let result: Result;
  try {
    result = run(world, stanza);
  } catch (error) {
    // A broken invariant of the library is a difference like any other.
    return [`threw: ${error instanceof Error ? error.message : String(error)}`];
  }
  const error = result.error === null ? [] : [result.error];
  const silent = world.silent || argument(stanza, 'log-level') === 'none';
  return silent ? error : [...result.lines, ...error];
}

function run(world: World, stanza: Stanza): Result {
  const ids = positions(stanza);
  switch (stanza.command) {
    case 'log-level':
      world.silent = stanza.args[0]?.key === 'none';
      return print([]);
    case 'add-nodes':
      return addNodes(world, stanza, Number(stanza.args[0]?.key));
    case 'campaign':
      campaign(nodeAt(world, ids[0]).raft, ENVIRONMENT);
      return print([]);
    case 'propose':
      return outcome(propose(nodeAt(world, ids[0]).raft, ENVIRONMENT, stanza.args[1]?.key ?? ''));
    case 'propose-conf-change':
      return proposeChange(world, stanza, ids[0]);
    case 'process-ready':
      return print(processRounds(world, ids));
    case 'deliver-msgs':
      return print(deliverCommand(world, stanza));
    case 'stabilize':
      return print(stabilize(world, ids));
    case 'tick-election':
      return ticks(world, ids[0], TRACE_CONFIG.electionTimeout);
    case 'tick-heartbeat':
      return ticks(world, ids[0], TRACE_CONFIG.heartbeatInterval);
    case 'set-randomized-election-timeout':
      nodeAt(world, ids[0]).raft.randomizedElectionTimeout = Number(argument(stanza, 'timeout'));
      return print([]);
    case 'transfer-leadership': {
      const { raft } = nodeAt(world, Number(argument(stanza, 'from')));
      transferLeadership(raft, ENVIRONMENT, Number(argument(stanza, 'to')));
      return print([]);
    }
    case 'forget-leader':
      forgetLeader(nodeAt(world, ids[0]).raft);
      return print([]);
    case 'report-unreachable':
      reportUnreachable(nodeAt(world, ids[0]).raft, Number(ids[1]));
      return print([]);
    case 'send-snapshot':
      return sendSnapshot(world, ids[0], Number(ids[1]));
    case 'compact': {
      const node = nodeAt(world, ids[0]);
      const error = compactStored(node, Number(ids[1]));
      return { lines: error === null ? printLog(node) : [], error };
    }
    case 'raft-log':
      return print(printLog(nodeAt(world, ids[0])));
    case 'raft-state':
      return print(world.nodes.map(printState));
    case 'status':
      return print(printStatus(nodeAt(world, ids[0])));
    default:
      throw new Error(`unknown command ${stanza.command}`);
  }
}

function print(lines: readonly string[]): Result {
  return { lines, error: null };
}

function outcome(result: Outcome): Result {
  return { lines: [], error: errorText(result) };
}

function errorText(result: Outcome): string | null {
  if (result === 'proposal dropped') return 'raft proposal dropped';
  return result === 'peer not found' ? 'raft: cannot step as peer not found' : null;
}

/** The value of `name=value`, if it is there. */
function argument(stanza: Stanza, name: string): string | undefined {
  return stanza.args.find(({ key }) => key === name)?.values[0];
}

function numbersOf(stanza: Stanza, name: string): number[] {
  const values = stanza.args.find(({ key }) => key === name)?.values ?? [];
  return values.map(Number).sort((a, b) => a - b);
}

/** The arguments without a value, as numbers. */
function positions(stanza: Stanza): number[] {
  return stanza.args.filter(({ values }) => values.length === 0).map(({ key }) => Number(key));
}

function nodeAt(world: World, id: number | undefined): TraceNode {
  const node = id === undefined ? undefined : world.nodes[id - 1];
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
}

function addNodes(world: World, stanza: Stanza, count: number): Result {
  const index = Number(argument(stanza, 'index') ?? 0);
  const voters = numbersOf(stanza, 'voters');
  const learners = numbersOf(stanza, 'learners');
  const content = argument(stanza, 'content') ?? '';
  const stored = index !== 0 || voters.length > 0 || learners.length > 0 || content !== '';
  if (stored && index <= 1) return { lines: [], error: 'index must be specified as > 1 due to bootstrap' };
  const configuration = { ...NO_MEMBERS, voters, learners };
  const snapshot: Snapshot<string> | null = stored ? { index, term: 1, configuration, data: content } : null;
  const config = nodeConfig(stanza);
  for (let added = 0; added < count; added += 1) {
    world.nodes.push(newNode(world.nodes.length + 1, config, snapshot));
  }
  return print([]);
}

function nodeConfig(stanza: Stanza): Config {
  const flag = (name: string): boolean => argument(stanza, name) === 'true';
  if (flag('async-storage-writes')) throw new Error('asynchronous storage writes are out of scope');
  return {
    ...TRACE_CONFIG,
    preVote: flag('prevote'),
    checkQuorum: flag('checkquorum'),
    readOnly: argument(stanza, 'read-only') === 'lease-based' ? 'lease-based' : 'safe',
    // 0 is no limit.
    maxCommittedBytes: Number(argument(stanza, 'max-committed-size-per-ready') ?? 0) || NO_LIMIT,
    maxInflight: Number(argument(stanza, 'inflight') ?? TRACE_CONFIG.maxInflight),
    disableChangeValidation: flag('disable-conf-change-validation'),
    stepDownOnRemoval: flag('step-down-on-removal'),
  };
}

function ticks(world: World, id: number | undefined, count: number): Result {
  const { raft } = nodeAt(world, id);
  for (let passed = 0; passed < count; passed += 1) tick(raft, ENVIRONMENT);
  return print([]);
}

function proposeChange(world: World, stanza: Stanza, id: number | undefined): Result {
  const operations = stanza.input.flatMap((line) => line.split(/\s+/).filter((word) => word !== ''));
  const change: ConfigurationChange<string> = {
    form: argument(stanza, 'v1') === 'true' ? 'single' : 'list',
    transition: transitionOf(argument(stanza, 'transition')),
    operations: operations.map(parseOperation),
    context: null,
  };
  if (change.form === 'single' && (operations.length > 1 || change.transition !== 'auto')) {
    return { lines: [], error: 'v1 conf change can only have one operation and no transition' };
  }
  return outcome(proposeConfigurationChange(nodeAt(world, id).raft, ENVIRONMENT, change));
}

function transitionOf(name: string | undefined): Transition {
  if (name === undefined || name === 'auto') return 'auto';
  if (name === 'implicit' || name === 'explicit') return name;
  throw new Error(`unknown transition ${name}`);
}

const OPERATIONS = new Map<string, OperationType>([
  ['v', 'add-voter'],
  ['l', 'add-learner'],
  ['r', 'remove'],
  ['u', 'update'],
]);

function parseOperation(word: string): Operation {
  const type = OPERATIONS.get(word.slice(0, 1));
  if (type === undefined) throw new Error(`unknown operation ${word}`);
  return { type, id: Number(word.slice(1)) };
}

function processRounds(world: World, ids: readonly number[]): string[] {
  return ids.flatMap((id) => {
    const lines = processRound(world, nodeAt(world, id));
    return ids.length === 1 ? lines : [`> ${id} handling Ready`, ...lines.map(indent)];
  });
}

function processRound(world: World, node: TraceNode): string[] {
  const ready = processReady(node);
  if (ready === null) return ['<empty Ready>'];
  world.queue.push(...ready.messages);
  return printReady(ready);
}

function deliverCommand(world: World, stanza: Stanza): string[] {
  const type = argument(stanza, 'type');
  const lines = stanza.args.flatMap((word) => deliverTo(world, word, type));
  return lines.length === 0 ? ['no messages'] : lines;
}

function deliverTo(world: World, word: Argument, type: string | undefined): string[] {
  if (word.key === 'drop') return word.values.flatMap((id) => deliver(world, Number(id), type, true));
  return word.values.length === 0 ? deliver(world, Number(word.key), type, false) : [];
}

function deliver(world: World, to: number, type: string | undefined, drop: boolean): string[] {
  const chosen = (message: Message<string, string>): boolean =>
    message.to === to && (type === undefined || typeName(message) === type);
  const messages = world.queue.filter(chosen);
  world.queue = world.queue.filter((message) => !chosen(message));
  return messages.flatMap((message) => {
    const [head = '', ...rest] = printMessage(message);
    if (drop) return [`dropped: ${head}`, ...rest];
    const error = errorText(step(nodeAt(world, to).raft, ENVIRONMENT, message));
    return error === null ? [head, ...rest] : [head, ...rest, error];
  });
}

function stabilize(world: World, ids: readonly number[]): string[] {
  const nodes = ids.length === 0 ? [...world.nodes] : ids.map((id) => nodeAt(world, id));
  const lines: string[] = [];
  for (let busy = true; busy; ) {
    busy = false;
    for (const node of nodes) {
      if (!hasReady(node.raft)) continue;
      lines.push(`> ${node.raft.id} handling Ready`, ...processRound(world, node).map(indent));
      busy = true;
    }
    for (const { raft } of nodes) {
      const received = deliver(world, raft.id, undefined, false);
      if (received.length === 0) continue;
      lines.push(`> ${raft.id} receiving messages`, ...received.map(indent));
      busy = true;
    }
  }
  return lines;
}

function sendSnapshot(world: World, from: number | undefined, to: number): Result {
  const node = nodeAt(world, from);
  const { id, term } = node.raft;
  const message: Message<string, string> = {
    kind: 'snapshot',
    from: id,
    to,
    term,
    snapshot: newestSnapshot(node),
  };
  world.queue.push(message);
  return print(printMessage(message));
}

function indent(line: string): string {
  return `  ${line}`;
}

function printLog(node: TraceNode): string[] {
  if (node.stored.length > 0) return node.stored.map(printEntry);
  return [`log is empty: first index=${node.storedBase + 1}, last index=${node.storedBase}`];
}

function printState({ raft }: TraceNode): string {
  const voter = isVoter(raft.configuration, raft.id) ? 'Voter' : 'Non-Voter';
  return `${raft.id}: ${roleName(raft.role)} (${voter}) Term:${raft.term} Lead:${raft.leader}`;
}

function printStatus({ raft }: TraceNode): string[] {
  if (raft.role !== 'leader') return [];
  return raft.progress.map((member) => printProgress(member, raft.config.maxInflight));
}
