// A node: the machine's engine with its swarm part. Puts a manager and an agent together, joins swarms, and carries an operator's commands
// to them. What it is in the swarm is on its disk; the rest is memory.

import { handleAgent } from '../agent/agent.ts';
import { requestFrom, takeNetworkMessage } from '../agent/network/network.ts';
import { callManager, handleManager, restartManager } from '../manager/manager.ts';
import type { ManagerRecord } from '../manager/peer.ts';
import { passReply } from '../manager/reply.ts';
import { readStorage } from '../manager/storage.ts';
import type { Reply } from '../model/calls.ts';
import { defaultListenPort } from '../model/defaults.ts';
import { second } from '../model/duration.ts';
import type { GossipMessage, PortAnswer, TrafficMessage } from '../model/traffic.ts';
import { unreachable } from '../sim/assert.ts';
import { handleContainer } from './containers.ts';
import {
  answerError,
  managerOptions,
  type NodeContext,
  nextCall,
  readIdentity,
  resumeAgent,
  withAgent,
} from './identity.ts';
import { forceNewCluster, initSwarm, notManagerError } from './init.ts';
import { beginJoin, joinAnswered, joinManagers, joinRetry, joinTimedOut } from './join.ts';
import { finishLeaving, leaveLimitReached, leaveSwarm, refuseLeave } from './leave.ts';
import { dropLocalNetwork, makeLocalNetwork, readLocalNetworks } from './local-networks.ts';
import { followLock, readLock, tryKey } from './lock.ts';
import { closeLogs, followLeader, logsAnswered, logsTimedOut, openLogs, takeLines } from './logs.ts';
import { imageLookedUp, lookUpImage, lookUpTimedOut } from './look-up.ts';
import { pullImage, pullTimedOut, transferBegun, transferEnded } from './pull.ts';
import { handleRequests, type RequestsContext, refuse, requestsContext } from './requests.ts';
import { becomeManager, expelledWaited, noticeExpulsion, renew, renewalAnswered } from './role.ts';
import type { NodeCommand, NodeConfig, NodeMemory, SwarmTypes } from './types.ts';
import { dropVolume, makeVolume, readVolumeInfo, readVolumes, writeVolume } from './volumes.ts';

/** The daemon's limit on every request that needs a manager (R-R207). */
const requestLimit = 20 * second;

/** The machine comes up: its swarm part goes on from what the disk holds. */
export function bootNode(context: NodeContext, config: NodeConfig): NodeMemory {
  const memory: NodeMemory = {
    role: 'node',
    identity: undefined,
    manager: undefined,
    agent: undefined,
    joining: undefined,
    renewal: undefined,
    leaving: undefined,
    locked: readLock(context),
    lockKey: '',
    calls: new Map(),
    requests: undefined,
    logs: new Map(),
    pulls: new Map(),
    lookUps: new Map(),
    // Not from 1: an answer to a call from before a crash must not be taken for one to a new call.
    lastCall: context.random(`calls/${context.host}`, 2 ** 30),
    volumes: readVolumes(context),
    volumeInfo: readVolumeInfo(context),
    localNetworks: readLocalNetworks(context),
    saving: 'no',
    lives: 0,
    agentLife: 0,
  };
  memory.lockKey = memory.locked ?? '';
  if (memory.locked === undefined) resume(context, config, memory);
  return memory;
}

/** The swarm part goes on from what the disk holds, if there is any of it. */
function resume(context: NodeContext, config: NodeConfig, memory: NodeMemory): void {
  const identity = readIdentity(context);
  if (identity === undefined) return;
  memory.identity = identity;
  const saved = readStorage((file) => context.read(file).records.filter(isManagerRecord));
  const addr = `${config.addr}:${defaultListenPort}`;
  if (saved !== undefined) {
    const stored = { ...saved, member: { ...saved.member, addr } };
    memory.manager = restartManager(context, stored, managerOptions(config, memory));
  }
  resumeAgent(context, config, memory, identity);
  if (saved === undefined) {
    // It went down on its way into the Raft group, or out of it.
    if (identity.role === 'manager') becomeManager(context, config, memory, identity);
  } else if (saved.member.addr !== addr) {
    // Its own manager finds the leader for it (R-R121).
    joinManagers(context, config, memory, context.host, { ...identity, managers: [] });
  }
}

function isManagerRecord(record: SwarmTypes['record']): record is ManagerRecord {
  return record.kind.startsWith('raft.');
}

export function handleNode(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  body: SwarmTypes['body'],
): void {
  switch (body.kind) {
    case 'manager.tick':
    case 'manager.saved':
    case 'manager.retry':
    case 'manager.join-limit':
    case 'manager.reactor':
    case 'raft':
    case 'raft.removed':
    case 'raft.healthy':
      if (memory.manager === undefined) return;
      handleManager(context, memory.manager, body, context.from);
      followLeader(context, memory);
      followLock(context, memory);
      noticeExpulsion(context, memory);
      return;
    case 'raft.check':
      // A manager that is about to join is reachable before it runs (R-R121).
      if (memory.manager !== undefined || memory.joining !== undefined) {
        context.send(context.from, { ...body, kind: 'raft.healthy' });
      }
      return;
    case 'call':
      if (memory.manager !== undefined) callManager(context, memory.manager, body);
      return;
    case 'reply':
      if (body.route.length > 0) passReply(context, body.route, body.reply);
      else takeReply(context, config, memory, body.reply);
      return;
    case 'agent.connect':
    case 'agent.limit':
    case 'agent.heartbeat':
    case 'agent.description':
    case 'agent.retry':
    case 'agent.volume':
    case 'agent.container':
    case 'agent.pull-limit':
    case 'agent.network':
      if (body.life !== memory.agentLife) return;
      withAgent(context, config, memory, (agentContext, agent) => handleAgent(agentContext, agent, body));
      finishLeaving(context, memory);
      return;
    case 'node.pull-limit':
      pullTimedOut(context, memory, body.pull);
      return;
    case 'registry.pulling':
    case 'registry.pulled':
      if (
        body.kind === 'registry.pulling'
          ? transferBegun(context, memory, body)
          : transferEnded(context, config, memory, body)
      ) {
        return;
      }
      withAgent(context, config, memory, (agentContext, agent) => handleAgent(agentContext, agent, body));
      finishLeaving(context, memory);
      return;
    case 'node.init':
    case 'node.join':
    case 'node.leave':
    case 'node.unlock':
    case 'node.call':
    case 'node.logs':
    case 'node.close-logs':
    case 'node.look-up':
    case 'node.pull':
    case 'node.make-volume':
    case 'node.drop-volume':
    case 'node.make-network':
    case 'node.drop-network':
    case 'node.write':
    case 'node.kill':
    case 'node.signal':
    case 'node.stop':
    case 'node.remove-container':
    case 'node.hang':
      handleCommand(context, config, memory, body);
      return;
    case 'node.saved':
      if (memory.saving === 'again') context.sync({ kind: 'node.saved' });
      memory.saving = memory.saving === 'again' ? 'once' : 'no';
      return;
    case 'node.call-limit':
      callTimedOut(context, memory, body.call);
      return;
    case 'node.look-up-limit':
      lookUpTimedOut(context, memory, body.call);
      return;
    case 'registry.looked-up':
      imageLookedUp(context, memory, body);
      return;
    case 'node.logs-limit':
      logsTimedOut(context, memory, body.call);
      return;
    case 'node.join-retry':
      joinRetry(context, config, memory);
      return;
    case 'node.join-limit':
      joinTimedOut(context, memory, body.command);
      return;
    case 'node.renew':
      renew(context, memory);
      return;
    case 'node.expelled':
      expelledWaited(context, config, memory, body.nodeId, body.again);
      return;
    case 'node.leave-limit':
      leaveLimitReached(context, memory, body.command);
      return;
    case 'request':
      if (memory.agent === undefined) refuse(context, body);
      else takeNetwork(context, config, memory, body);
      return;
    case 'overlay.request':
    case 'overlay.answered':
    case 'gossip.news':
    case 'gossip.sync':
    case 'gossip.synced':
    case 'gossip.ping':
    case 'gossip.pong':
    case 'gossip.ask':
    case 'gossip.alive':
      takeNetwork(context, config, memory, body);
      return;
    case 'request.answered':
    case 'requests.start':
    case 'requests.stop':
    case 'requests.next':
    case 'requests.timeout':
      handleRequests(nodeRequests(context, config, memory), memory, body);
      return;
    case 'registry.look-up':
    case 'registry.pull':
    case 'registry.done':
    case 'balancer.check':
    case 'balancer.timeout':
      return;
    default:
      unreachable(body);
  }
}

function takeNetwork(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  message: GossipMessage | Exclude<TrafficMessage, PortAnswer>,
): void {
  withAgent(context, config, memory, (agentContext, agent) =>
    takeNetworkMessage(agentContext, agent, context.from, message),
  );
}

/** Clients on this machine, and in its containers. */
function nodeRequests(context: NodeContext, config: NodeConfig, memory: NodeMemory): RequestsContext {
  return requestsContext(context, config.addr, (id, target) => {
    let sent = false;
    withAgent(context, config, memory, (agentContext, agent) => {
      sent = requestFrom(agentContext, agent, { ...target, id });
    });
    return sent;
  });
}

function handleCommand(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  command: NodeCommand,
): void {
  switch (command.kind) {
    case 'node.init':
      if (command.forceNewCluster) forceNewCluster(context, config, memory, command.command);
      else initSwarm(context, config, memory, command);
      return;
    case 'node.join':
      beginJoin(context, config, memory, command);
      return;
    case 'node.leave':
      leaveSwarm(context, config, memory, command);
      return;
    case 'node.unlock':
      if (!tryKey(context, memory, command)) return;
      resume(context, config, memory);
      context.note({ kind: 'answer', command: command.command, done: 'unlocked' });
      return;
    case 'node.call':
      sendCall(context, memory, command);
      return;
    case 'node.logs':
      if (memory.manager === undefined) answerError(context, command.command, notManagerError(memory));
      else openLogs(context, memory, command);
      return;
    case 'node.look-up':
      lookUpImage(context, config, memory, command);
      return;
    case 'node.close-logs':
      closeLogs(context, memory, command.stream);
      return;
    case 'node.pull':
      pullImage(context, config, memory, command);
      return;
    case 'node.make-volume':
      makeVolume(context, memory, command);
      return;
    case 'node.drop-volume':
      dropVolume(context, memory, command.name);
      return;
    case 'node.make-network':
      makeLocalNetwork(context, memory, command);
      return;
    case 'node.drop-network':
      dropLocalNetwork(context, memory, command.name);
      return;
    case 'node.write':
      writeVolume(context, memory, command.volume, command.key, command.value);
      return;
    case 'node.kill':
    case 'node.signal':
    case 'node.stop':
    case 'node.remove-container':
    case 'node.hang':
      withAgent(context, config, memory, (agentContext, agent) =>
        handleContainer(agentContext, agent, command),
      );
      return;
    default:
      unreachable(command);
  }
}

/** Gives a control call its number and takes it to this node's manager (R-R208). */
function sendCall(
  context: NodeContext,
  memory: NodeMemory,
  { command, call }: Extract<NodeCommand, { readonly kind: 'node.call' }>,
): void {
  if (memory.manager === undefined) {
    answerError(context, command, notManagerError(memory));
    return;
  }
  const id = nextCall(memory);
  const limit = context.later(requestLimit, { kind: 'node.call-limit', call: id });
  memory.calls.set(id, { purpose: 'command', command, limit });
  callManager(context, memory.manager, {
    kind: 'call',
    route: [context.host],
    forwarded: false,
    call: { ...call, id },
  });
}

function takeReply(context: NodeContext, config: NodeConfig, memory: NodeMemory, reply: Reply): void {
  if (reply.method === 'control.lines') {
    takeLines(context, memory, reply);
    return;
  }
  if (reply.method !== 'control.done' && reply.method !== 'control.failed') {
    withAgent(context, config, memory, (agentContext, agent) =>
      handleAgent(agentContext, agent, { kind: 'agent.reply', reply }),
    );
    return;
  }
  if (logsAnswered(context, memory, reply)) return;
  const waiting = memory.calls.get(reply.id);
  if (waiting === undefined) {
    if (!renewalAnswered(context, config, memory, reply)) joinAnswered(context, config, memory, reply);
    return;
  }
  memory.calls.delete(reply.id);
  context.cancel(waiting.limit);
  if (waiting.purpose === 'leave') refuseLeave(context, waiting.command, reply);
  else context.note({ kind: 'answer', command: waiting.command, reply });
}

function callTimedOut(context: NodeContext, memory: NodeMemory, call: number): void {
  const waiting = memory.calls.get(call);
  if (waiting === undefined) return;
  memory.calls.delete(call);
  if (waiting.purpose === 'leave') refuseLeave(context, waiting.command, undefined);
  else
    answerError(context, waiting.command, { code: 'DeadlineExceeded', message: 'context deadline exceeded' });
}
