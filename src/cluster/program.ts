// What runs on every machine of a swarm's world: the registry, a node's engine, and what stands outside, clients and load balancers.

import { answerLookUp, handlePull, handleRegistryTimer, type RegistryContext } from '../agent/registry.ts';
import { behaviourOf } from '../model/image-behaviour.ts';
import { assert } from '../sim/assert.ts';
import type { Context, Program } from '../sim/context.ts';
import { bootLoadBalancer, handleLoadBalancer } from './load-balancer.ts';
import { bootNode, handleNode } from './node.ts';
import { portOf } from './ports.ts';
import { handleRequests, type Requests, refuse, requestsContext } from './requests.ts';
import type { ClientConfig, RegistryConfig, SwarmTypes } from './types.ts';

export const swarmProgram: Program<SwarmTypes> = {
  boot(context) {
    const { config } = context;
    switch (config.role) {
      case 'node':
        return bootNode(context, config);
      case 'registry':
        return { role: 'registry' };
      case 'client':
        return { role: 'client', requests: undefined };
      case 'load-balancer':
        return bootLoadBalancer(context, config);
    }
  },

  handle(context, state, body) {
    const { config } = context;
    switch (config.role) {
      case 'node':
        assert(state.role === 'node', 'a node keeps the memory of a node');
        handleNode(context, config, state, body);
        return;
      case 'registry':
        handleRegistry(context, config, body);
        return;
      case 'client':
        assert(state.role === 'client', 'a client keeps the memory of a client');
        handleClient(context, config, state, body);
        return;
      case 'load-balancer':
        assert(state.role === 'load-balancer', 'a load balancer keeps the memory of one');
        switch (body.kind) {
          case 'balancer.check':
          case 'balancer.timeout':
          case 'request':
          case 'request.answered':
            handleLoadBalancer(context, config, state, body);
        }
        return;
    }
  },

  portOf,
};

function handleClient(
  context: Context<SwarmTypes>,
  { addr }: ClientConfig,
  memory: { requests: Requests | undefined },
  body: SwarmTypes['body'],
): void {
  switch (body.kind) {
    case 'requests.start':
    case 'requests.stop':
    case 'requests.next':
    case 'requests.timeout':
    case 'request.answered':
      handleRequests(
        requestsContext(context, addr, () => false),
        memory,
        body,
      );
      return;
    case 'request':
      refuse(context, body);
  }
}

function handleRegistry(
  context: Context<SwarmTypes>,
  config: RegistryConfig,
  body: SwarmTypes['body'],
): void {
  const registry: RegistryContext = {
    later: (delay, timer) => context.later(delay, timer),
    random: (stream, bound) => context.random(stream, bound),
    send: (to, message) => context.send(to, message),
    behaviour: (host, image) => behaviourOf(config.images, host, image),
  };
  if (body.kind === 'registry.pull') handlePull(registry, config.state, context.from, body);
  else if (body.kind === 'registry.look-up') {
    const behaviour = behaviourOf(config.images, context.from, body.image);
    context.send(context.from, answerLookUp(config.state, behaviour, body));
  } else if (body.kind === 'registry.done') handleRegistryTimer(registry, config.state, body);
}
